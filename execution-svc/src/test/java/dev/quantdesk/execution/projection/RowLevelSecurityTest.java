package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Order;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The database itself keeps accounts apart, whatever a query forgets to say. */
@Timeout(30)
class RowLevelSecurityTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final Stores stores = Stores.shared().emptied();
    private final OrderRepository repository = new OrderRepository(stores.reader(), EngineScript.MARKETS);
    private final Command.PlaceOrder alices =
            Orders.by(Orders.ALICE).buy(2).at(100).clientId("alices").build();

    @BeforeEach
    void shouldHaveATradeOfTwoAccounts() {
        EngineScript script = new EngineScript();
        script.place(alices);
        script.place(Orders.by(Orders.BOB).sell(1).at(100).clientId("bobs"));
        new PostgresProjection(stores.writer()).accept(script.events());
    }

    private long count(Database database, PublicKey account, String table) throws Exception {
        return database.inTransaction(
                "test.count",
                account == null ? "" : account.toString(),
                tx -> tx.query("SELECT count(*) FROM execution." + table)
                        .iterator()
                        .next()
                        .getLong(0));
    }

    @Test
    void shouldFindNothingWhenReadingAsAnotherAccount() throws Exception {
        assertTrue(repository.find(Orders.ALICE, 1).value().isPresent());
        assertEquals(Optional.empty(), repository.find(Orders.BOB, 1).value());
        assertEquals(
                Optional.empty(),
                repository.findByClientOrderId(Orders.BOB, "alices").value());
        assertEquals(
                Optional.empty(),
                repository.findByIntent(Orders.BOB, "alices", alices.intent().bytes(), Orders.ALICE));
    }

    @Test
    void shouldListTheAccountsOrdersNewestFirstAndPageByPage() throws Exception {
        EngineScript script = new EngineScript();
        script.place(alices);
        script.place(Orders.by(Orders.BOB).sell(1).at(100).clientId("bobs"));
        script.place(Orders.by(Orders.ALICE).buy(3).at(90).clientId("second"));
        script.place(Orders.by(Orders.ALICE).buy(4).at(91).clientId("third"));
        stores.emptied();
        new PostgresProjection(stores.writer()).accept(script.events());

        var first = repository.list(Orders.ALICE, Long.MAX_VALUE, 2).value();
        assertEquals(
                List.of("third", "second"),
                first.stream().map(Order::getClientOrderId).toList());
        var rest = repository
                .list(Orders.ALICE, Long.parseLong(first.getLast().getOrderId()), 2)
                .value();
        assertEquals(
                List.of("alices"), rest.stream().map(Order::getClientOrderId).toList());
        assertEquals(1, rest.getFirst().getFillsCount());
        assertEquals(rest.getFirst(), repository.find(Orders.ALICE, 1).value().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "fills"})
    void shouldShowOnlyTheAccountsRowsWhenAQueryNamesNone(String table) throws Exception {
        assertEquals(1, count(stores.reader(), Orders.ALICE, table));
        assertEquals(1, count(stores.reader(), Orders.BOB, table));
        assertEquals(0, count(stores.reader(), Orders.CAROL, table));
        assertEquals(0, count(stores.reader(), null, table));
        assertEquals(2, count(stores.writer(), null, table));
    }

    @Test
    void shouldNotCarryTheAccountIntoTheNextTransactionOfAConnection() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals(1, count(stores.reader(), Orders.ALICE, "orders"));
            assertEquals(0, count(stores.reader(), null, "orders"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO execution.orders SELECT * FROM execution.orders",
                "UPDATE execution.orders SET status = 'ORDER_STATUS_SETTLED'",
                "DELETE FROM execution.orders",
                "TRUNCATE execution.orders",
                "INSERT INTO execution.fills SELECT * FROM execution.fills",
                "UPDATE execution.fills SET lots = 1",
                "DELETE FROM execution.fills",
                "UPDATE execution.projection_cursor SET sequence = 0",
                "CREATE TABLE execution.mine (id bigint)"
            })
    void shouldRefuseWhatTheServingRoleMayNotDo(String sql) {
        assertEquals(INSUFFICIENT_PRIVILEGE, refusal(stores.reader(), sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE execution.orders DISABLE ROW LEVEL SECURITY",
                "TRUNCATE execution.orders",
                "CREATE TABLE execution.mine (id bigint)"
            })
    void shouldRefuseWhatTheWritingRoleMayNotDo(String sql) {
        assertEquals(INSUFFICIENT_PRIVILEGE, refusal(stores.writer(), sql));
    }

    @Test
    void shouldRefuseToReadWithRowSecuritySwitchedOff() {
        var refused = assertThrows(
                Database.DatabaseException.class,
                () -> stores.reader().inTransaction("test.off", Orders.ALICE.toString(), tx -> {
                    tx.query("SET LOCAL row_security = off");
                    return tx.query("SELECT * FROM execution.orders");
                }));
        assertEquals(INSUFFICIENT_PRIVILEGE, refused.sqlState());
    }

    private static String refusal(Database database, String sql) {
        return assertThrows(
                        Database.DatabaseException.class,
                        () -> database.inTransaction("test.refused", Orders.ALICE.toString(), tx -> tx.query(sql)))
                .sqlState();
    }
}
