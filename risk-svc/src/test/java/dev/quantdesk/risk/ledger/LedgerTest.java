package dev.quantdesk.risk.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.config.TestSettings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.risk.support.Backends;
import dev.quantdesk.risk.support.TestMarkets;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LedgerTest {
    private static final PublicKey FIRST = TestMarkets.account(1);
    private static final PublicKey SECOND = TestMarkets.account(2);

    private final Vertx vertx = Vertx.vertx();
    private Backends backends;
    private Database database;
    private Ledger ledger;

    @BeforeEach
    void open() throws Exception {
        backends = Backends.empty();
        database = new Database(vertx, TestSettings.load("risk-svc", backends.environment()), Telemetry.none());
        ledger = new Ledger(database);
    }

    @AfterEach
    void close() {
        database.close();
        vertx.close();
    }

    private void assertBalanced() throws SQLException {
        assertEquals(List.of(), backends.rows("""
                        SELECT account FROM risk.ledger_balances b WHERE balance_micros <>
                            (SELECT coalesce(sum(CASE WHEN credit_account = b.account THEN amount_micros
                                                      ELSE -amount_micros END), 0)
                             FROM risk.ledger_entries WHERE b.account IN (debit_account, credit_account))
                        """));
        assertEquals(List.of("0"), backends.rows("SELECT coalesce(sum(balance_micros), 0) FROM risk.ledger_balances"));
    }

    @Test
    void shouldMoveFromTheFaucetToTheAccount() throws Exception {
        Ledger.Credit credit = ledger.creditTestFunds(FIRST, 70, "a", 1_000);

        assertTrue(credit.credited());
        assertEquals(70, credit.balance().micros());
        assertEquals(
                List.of("faucet " + FIRST + " 70 a"),
                backends.rows(
                        "SELECT debit_account, credit_account, amount_micros, reference FROM risk.ledger_entries"));
        assertBalanced();
    }

    @Test
    void shouldCreditAnAccountOnceHoweverOftenAsked() throws Exception {
        ledger.creditTestFunds(FIRST, 70, "a", 1_000);
        Ledger.Credit again = ledger.creditTestFunds(FIRST, 90, "b", 1_000);

        assertEquals(new Ledger.Credit(false, again.balance()), again);
        assertEquals(70, again.balance().micros());
        assertEquals(
                List.of("-70"),
                backends.rows("SELECT balance_micros FROM risk.ledger_balances WHERE account = 'faucet'"));
    }

    @Test
    void shouldCreditOnceWhenAskedAtTheSameTime() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Ledger.Credit>> calls = new ArrayList<>();
            for (int call = 0; call < 12; call++) {
                PublicKey account = TestMarkets.account(call % 3);
                calls.add(() -> ledger.creditTestFunds(account, 70, "a", 1_000));
            }
            long credited = 0;
            for (Future<Ledger.Credit> call : threads.invokeAll(calls)) {
                credited += call.get().credited() ? 1 : 0;
            }
            assertEquals(3, credited);
        }
        assertBalanced();
    }

    @Test
    void shouldNeverGiveOutMoreThanTheTotalAlsoWhenAskedAtTheSameTime() throws Exception {
        int refused = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int call = 0; call < 10; call++) {
                PublicKey account = TestMarkets.account(call);
                calls.add(() -> {
                    try {
                        return ledger.creditTestFunds(account, 70, "a", 349).credited();
                    } catch (Ledger.FaucetEmptyException _) {
                        return false;
                    }
                });
            }
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                refused += call.get() ? 0 : 1;
            }
        }

        assertEquals(6, refused);
        assertEquals(List.of("4"), backends.rows("SELECT count(*) FROM risk.ledger_entries"));
        assertBalanced();
    }

    @Test
    void shouldRefuseToChangeOrRemoveAnEntryEvenForTheOwner() throws Exception {
        ledger.creditTestFunds(FIRST, 70, "a", 1_000);

        assertThrows(SQLException.class, () -> backends.asOwner("UPDATE risk.ledger_entries SET amount_micros = 1"));
        assertThrows(SQLException.class, () -> backends.asOwner("DELETE FROM risk.ledger_entries"));
    }

    @Test
    void shouldLetServicesWriteNothingButCreditsFromTheFaucetToTheAccountAtHand() throws Exception {
        ledger.creditTestFunds(SECOND, 70, "a", 1_000);
        String insert = "INSERT INTO risk.ledger_entries (debit_account, credit_account, amount_micros, "
                + "idempotency_key, reference) VALUES ";

        for (String values : List.of(
                "('" + SECOND + "', '" + FIRST + "', 5, 'k', 'r')",
                "('faucet', '" + SECOND + "', 5, 'k', 'r')",
                "('faucet', '" + FIRST + "', 0, 'k', 'r')",
                "('" + FIRST + "', '" + FIRST + "', 5, 'k', 'r')")) {
            assertThrows(
                    SQLException.class, () -> backends.rowsFor("risk_svc", FIRST.toString(), insert + values), values);
        }
        for (String role : List.of("risk_svc", "risk_engine")) {
            assertThrows(
                    SQLException.class,
                    () -> backends.rowsFor(
                            role, FIRST.toString(), "UPDATE risk.ledger_balances SET balance_micros = 1"));
        }
        assertBalanced();
    }
}
