package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.execution.engine.Algos;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.Order;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of algo orders: each account reads its own rows, and only the projection writes. */
@Timeout(30)
class AlgoTablesTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final Stores stores = Stores.shared().emptied();
    private final AlgoRepository repository = new AlgoRepository(stores.reader(), EngineScript.MARKETS);
    private final Command.PlaceAlgo alices =
            Algos.twap(Orders.by(Orders.ALICE).buy(20).at(90).clientId("slow"), 20_000, 10_000);

    @BeforeEach
    void shouldHaveAlgoOrdersOfTwoAccounts() {
        EngineScript script = new EngineScript();
        script.send(alices);
        script.send(Algos.twap(Orders.by(Orders.BOB).buy(20).at(90), 20_000, 10_000));
        script.send(Algos.iceberg(Orders.by(Orders.ALICE).sell(20).at(95).clientId("ice"), 5));
        script.send(new Command.CancelAlgo(Orders.ALICE, 0, "slow", TraceParent.NONE));
        new PostgresProjection(stores.writer()).accept(script.events());
    }

    private static long count(Database database, PublicKey account) throws Exception {
        return database.inTransaction(
                "test.count",
                account == null ? "" : account.toString(),
                tx -> tx.query("SELECT count(*) FROM execution.algo_orders")
                        .iterator()
                        .next()
                        .getLong(0));
    }

    @Test
    void shouldShowOnlyTheAccountsRowsWhenAQueryNamesNone() throws Exception {
        assertEquals(2, count(stores.reader(), Orders.ALICE));
        assertEquals(1, count(stores.reader(), Orders.BOB));
        assertEquals(0, count(stores.reader(), Orders.CAROL));
        assertEquals(0, count(stores.reader(), null));
        assertEquals(3, count(stores.writer(), null));
        assertEquals(Optional.empty(), repository.find(Orders.BOB, 1).value());
        assertEquals(
                Optional.empty(),
                repository.findByClientOrderId(Orders.BOB, "slow").value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO execution.algo_orders SELECT * FROM execution.algo_orders",
                "UPDATE execution.algo_orders SET filled_lots = 1",
                "DELETE FROM execution.algo_orders",
                "TRUNCATE execution.algo_orders"
            })
    void shouldRefuseWhatTheServingRoleMayNotDo(String sql) {
        var refused = assertThrows(
                Database.DatabaseException.class,
                () -> stores.reader().inTransaction("test.refused", Orders.ALICE.toString(), tx -> tx.query(sql)));
        assertEquals(INSUFFICIENT_PRIVILEGE, refused.sqlState());
    }

    @Test
    void shouldListNewestFirstAndFindTheOneOfAnIntent() throws Exception {
        List<AlgoOrder> first = repository.list(Orders.ALICE, Long.MAX_VALUE, 1).value();
        assertEquals("ice", first.getFirst().getClientOrderId());
        List<AlgoOrder> next = repository
                .list(Orders.ALICE, Long.parseLong(first.getFirst().getAlgoOrderId()), 10)
                .value();
        assertEquals(
                List.of("slow"), next.stream().map(AlgoOrder::getClientOrderId).toList());
        byte[] intent = alices.order().intent().bytes();
        assertEquals(Optional.of(next.getFirst()), repository.findByIntent(Orders.ALICE, "slow", intent, Orders.ALICE));
        assertEquals(Optional.empty(), repository.findByIntent(Orders.ALICE, "slow", new byte[38], Orders.ALICE));
    }

    @Test
    void shouldStoreTheChildrenAmongTheOrders() throws Exception {
        Order tip = new OrderRepository(stores.reader(), EngineScript.MARKETS)
                .findByClientOrderId(Orders.ALICE, "ice.1")
                .value()
                .orElseThrow();
        AlgoOrder iceberg =
                repository.findByClientOrderId(Orders.ALICE, "ice").value().orElseThrow();
        assertEquals(iceberg.getAlgoOrderId(), tip.getParentOrderId());
        assertEquals(iceberg.getLatestChildOrderId(), tip.getOrderId());
        assertEquals(iceberg.getTraceId(), tip.getTraceId());
    }
}
