package dev.quantdesk.auth.delegate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.db.Database.DatabaseException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccountIsolationTest {
    private AuthServer server;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldShowNoOtherAccountsRowsEvenWithoutAWhereClause() throws Exception {
        Wallet wallet = Wallet.random(server);
        Map<String, String> session = wallet.session();
        long expires = server.clock.instant().getEpochSecond() + 60;
        wallet.grant(session, Wallet.randomKeys().publicKey().toString(), "1", expires)
                .ok();
        Wallet other = Wallet.random(server);
        other.session();

        assertEquals(1, count("auth.delegates", wallet.address()));
        assertEquals(1, count("auth.accounts", wallet.address()));
        assertEquals(0, count("auth.delegates", other.address()));
        assertEquals(1, count("auth.accounts", other.address()));
        assertEquals(0, count("auth.accounts", ""));
    }

    @Test
    void shouldNotLetAnAccountWriteAnothersRow() {
        String other = Wallet.randomKeys().publicKey().toString();
        DatabaseException refused = assertThrows(
                DatabaseException.class,
                () -> server.database()
                        .inTransaction(
                                "test",
                                Wallet.randomKeys().publicKey().toString(),
                                tx -> tx.query(
                                        "INSERT INTO auth.accounts (account, create_time) VALUES ($1, now())", other)));
        // insufficient_privilege, which row-level security answers with
        assertEquals("42501", refused.sqlState());
    }

    private long count(String table, String account) throws Exception {
        return server.database()
                .inTransaction(
                        "test",
                        account,
                        tx -> tx.query("SELECT count(*) FROM " + table)
                                .iterator()
                                .next()
                                .getLong(0));
    }
}
