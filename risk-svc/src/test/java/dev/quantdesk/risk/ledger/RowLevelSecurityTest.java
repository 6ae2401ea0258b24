package dev.quantdesk.risk.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.Streams.Order;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A query that forgets its WHERE shows nothing of another account. */
@Timeout(120)
class RowLevelSecurityTest {
    private static final List<String> ACCOUNT_TABLES = List.of("positions", "open_orders");

    private Scenario scenario;
    private PublicKey maker;
    private PublicKey taker;

    @BeforeEach
    void bothHaveRowsInEveryTable() throws Exception {
        scenario = Scenario.running();
        maker = scenario.funded(1);
        taker = scenario.funded(2);
        Order ask = new Order(1, maker, Side.SIDE_SELL, "100", "5");
        Order bid = new Order(2, taker, Side.SIDE_BUY, "100", "5");
        scenario.streams().accepted(ask, "");
        scenario.streams().accepted(bid, "");
        scenario.streams().matched(ask, "2", bid, "2", "3");
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows("SELECT sequence FROM risk.event_cursors"));
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    private List<String> seenFor(String account, String sql) throws SQLException {
        return scenario.backends().rowsFor("risk_svc", account, sql);
    }

    @Test
    void shouldShowOnlyTheAccountAtHand() throws Exception {
        for (String table : ACCOUNT_TABLES) {
            String all = "SELECT account FROM risk." + table;
            assertEquals(2, scenario.backends().rows(all).size(), table);
            assertEquals(List.of(maker.toString()), seenFor(maker.toString(), all), table);
            assertEquals(List.of(), seenFor(maker.toString(), all + " WHERE account = '" + taker + "'"), table);
        }
        assertEquals(
                List.of(maker.toString()), seenFor(maker.toString(), "SELECT credit_account FROM risk.ledger_entries"));
        assertEquals(
                List.of(maker.toString()),
                seenFor(maker.toString(), "SELECT account FROM risk.ledger_balances WHERE account <> 'faucet'"));
    }

    @Test
    void shouldShowNothingWithoutAnAccount() throws Exception {
        for (String table : ACCOUNT_TABLES) {
            assertEquals(List.of(), seenFor("", "SELECT account FROM risk." + table), table);
        }
        assertEquals(List.of(), seenFor("", "SELECT * FROM risk.ledger_entries"));
    }

    @Test
    void shouldBeForcedOnEveryTableWithAnAccount() throws Exception {
        assertEquals(
                List.of("ledger_balances", "ledger_entries", "open_orders", "positions"),
                scenario.backends()
                        .rows("SELECT relname FROM pg_class WHERE relnamespace = 'risk'::regnamespace "
                                + "AND relkind = 'r' AND relrowsecurity AND relforcerowsecurity ORDER BY relname"));
        assertEquals(
                List.of("event_cursors", "flyway_schema_history"),
                scenario.backends()
                        .rows("SELECT relname FROM pg_class WHERE relnamespace = 'risk'::regnamespace "
                                + "AND relkind = 'r' AND NOT relrowsecurity ORDER BY relname"));
    }

    @Test
    void shouldKeepTheServiceRoleFromWritingPositions() {
        assertThrows(
                SQLException.class,
                () -> seenFor(maker.toString(), "UPDATE risk.positions SET lots = 0 RETURNING lots"));
    }
}
