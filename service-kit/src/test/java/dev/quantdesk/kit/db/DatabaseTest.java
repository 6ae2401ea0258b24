package dev.quantdesk.kit.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.database.Migrations;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.config.TestSettings;
import dev.quantdesk.kit.db.Database.DatabaseException;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions on a real Postgres, under row-level security. */
@Timeout(60)
class DatabaseTest {
    private static final String ROLE = "risk_svc";
    private static final String PASSWORD = "role-password";
    private static final int CONNECTIONS = 2;

    private static EmbeddedPostgres postgres;
    private static Vertx vertx;
    private Database database;

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = EmbeddedPostgres.start();
        vertx = Vertx.vertx();
        Migrations.run("localhost", postgres.getPort(), "postgres", "postgres", PASSWORD);
        asOwner("CREATE SCHEMA scratch; GRANT USAGE ON SCHEMA scratch TO " + ROLE + ";"
                + "CREATE TABLE scratch.notes (account text NOT NULL, note text NOT NULL UNIQUE);"
                + "GRANT SELECT, INSERT ON scratch.notes TO " + ROLE + ";"
                + "ALTER TABLE scratch.notes ENABLE ROW LEVEL SECURITY;"
                + "ALTER TABLE scratch.notes FORCE ROW LEVEL SECURITY;"
                + "CREATE POLICY own ON scratch.notes"
                + " USING (account = (SELECT current_setting('quantdesk.account', true)))");
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        postgres.close();
    }

    @BeforeEach
    void open() throws Exception {
        asOwner("TRUNCATE scratch.notes");
        database = new Database(vertx, settings(postgres.getPort()), Telemetry.none());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Settings settings(int port) {
        return TestSettings.load(Map.of(
                "POSTGRES_ADDRESS",
                "localhost:" + port,
                "POSTGRES_USER",
                ROLE,
                "POSTGRES_PASSWORD",
                PASSWORD,
                "POSTGRES_MAX_CONNECTIONS",
                Integer.toString(CONNECTIONS)));
    }

    private static void asOwner(String sql) throws Exception {
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/quantdesk";
        try (Connection owner = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private void write(String account, String note) throws Exception {
        database.inTransaction("notes.add", account, tx -> {
            tx.query("INSERT INTO scratch.notes VALUES ($1, $2)", account, note);
            return null;
        });
    }

    private List<String> read(String account) throws Exception {
        return database.inTransaction("notes.list", account, tx -> {
            List<String> notes = new ArrayList<>();
            tx.query("SELECT note FROM scratch.notes ORDER BY note").forEach(row -> notes.add(row.getString(0)));
            return notes;
        });
    }

    @Test
    void shouldSeeOnlyTheRowsOfTheTransactionsAccount() throws Exception {
        write("alice", "a");
        write("bob", "b");
        for (int round = 0; round < 3 * CONNECTIONS; round++) {
            assertEquals(List.of("a"), read("alice"));
            assertEquals(List.of("b"), read("bob"));
            assertEquals(List.of(), read(""), "no account is set");
            assertEquals(List.of(), read("alice' OR 'x'='x"));
        }
    }

    @Test
    void shouldRefuseToWriteARowOfAnotherAccount() throws Exception {
        DatabaseException refused = assertThrows(
                DatabaseException.class,
                () -> database.inTransaction("notes.add", "alice", tx -> {
                    tx.query("INSERT INTO scratch.notes VALUES ('bob', 'forged')");
                    return null;
                }));
        assertEquals("42501", refused.sqlState());
        assertEquals(List.of(), read("bob"));
    }

    @Test
    void shouldUndoEverythingWhenTheWorkFails() throws Exception {
        IllegalStateException failure = assertThrows(
                IllegalStateException.class,
                () -> database.inTransaction("notes.add", "alice", tx -> {
                    tx.query("INSERT INTO scratch.notes VALUES ('alice', '1')");
                    tx.send("INSERT INTO scratch.notes VALUES ('alice', '2')");
                    throw new IllegalStateException("changed my mind");
                }));
        assertEquals("changed my mind", failure.getMessage());
        assertEquals(List.of(), read("alice"));
    }

    @Test
    void shouldKeepTheSqlStateWhenAStatementIsRefused() throws Exception {
        write("alice", "same");
        DatabaseException twice = assertThrows(DatabaseException.class, () -> write("alice", "same"));
        assertEquals("23505", twice.sqlState());
        DatabaseException wrong = assertThrows(
                DatabaseException.class, () -> database.inTransaction("x", "", tx -> tx.query("SELECT nonsense")));
        assertEquals("42703", wrong.sqlState());
        assertEquals(List.of("same"), read("alice"));
        assertTrue(database.isReachable());
    }

    @Test
    void shouldWriteAllThatWasSentInOrder() throws Exception {
        int count = 300;
        database.inTransaction("notes.add", "alice", tx -> {
            for (int i = 0; i < count; i++) {
                tx.send("INSERT INTO scratch.notes VALUES ($1, $2)", "alice", "%03d".formatted(i));
            }
            tx.send(
                    "INSERT INTO scratch.notes SELECT $1, note FROM unnest($2::text[]) AS note",
                    "alice",
                    Database.column(List.of("x", "y"), String[]::new, note -> note));
            return null;
        });
        List<String> notes = read("alice");
        assertEquals(count + 2, notes.size());
        assertEquals("000", notes.getFirst());
        assertEquals("y", notes.getLast());
    }

    @Test
    void shouldFailAndUndoTheTransactionWhenOneThatWasSentFails() throws Exception {
        write("alice", "5");
        DatabaseException failed = assertThrows(
                DatabaseException.class,
                () -> database.inTransaction("notes.add", "alice", tx -> {
                    for (int i = 0; i < 10; i++) {
                        tx.send("INSERT INTO scratch.notes VALUES ('alice', $1)", Integer.toString(i));
                    }
                    return null;
                }));
        assertEquals("23505", failed.sqlState());
        assertEquals(List.of("5"), read("alice"));
    }

    @Test
    void shouldServeMoreCallersThanConnections() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String note = "n" + i;
                calls.add(threads.submit(() -> {
                    write("alice", note);
                    return null;
                }));
            }
            for (Future<?> call : calls) {
                call.get(20, TimeUnit.SECONDS);
            }
        }
        assertEquals(100, read("alice").size());
    }

    @Test
    void shouldGiveTheConnectionBackWhenAStatementTakesTooLong() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<DatabaseException>> calls = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                calls.add(threads.submit(() -> assertThrows(
                        DatabaseException.class,
                        () -> database.inTransaction("sleep", "", tx -> tx.query("SELECT pg_sleep(60)")))));
            }
            for (Future<DatabaseException> call : calls) {
                assertEquals("57014", call.get(20, TimeUnit.SECONDS).sqlState(), "cancelled by the server");
            }
        }
        write("alice", "after");
        assertEquals(List.of("after"), read("alice"));
    }

    @Test
    void shouldStopWaitingWhenInterruptedAndKeepServing() throws Exception {
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            Thread caller = Thread.ofVirtual().start(() -> {
                try {
                    database.inTransaction("sleep", "", tx -> {
                        begun.countDown();
                        return tx.query("SELECT pg_sleep(0.3)");
                    });
                } catch (Exception _) {
                    // Interrupted, as wanted.
                }
            });
            assertTrue(begun.await(5, TimeUnit.SECONDS));
            caller.interrupt();
            assertTrue(caller.join(java.time.Duration.ofSeconds(10)));
        }
        write("alice", "after");
        assertEquals(List.of("after"), read("alice"));
    }

    @Test
    void shouldSayUnreachableWhenPostgresIsGone() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Database gone = new Database(vertx, settings(port), Telemetry.none());
        try (gone) {
            DatabaseException failed = assertThrows(
                    DatabaseException.class, () -> gone.inTransaction("x", "", tx -> tx.query("SELECT 1")));
            assertEquals("", failed.sqlState());
            assertFalse(gone.isReachable());
        }
    }

    @Test
    void shouldGiveUpInTimeWhenPostgresTakesTheConnectionAndSaysNothing() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Database mute = new Database(vertx, settings(silent.getLocalPort()), Telemetry.none());
            try (mute) {
                long start = System.nanoTime();
                DatabaseException failed = assertThrows(
                        DatabaseException.class, () -> mute.inTransaction("x", "", tx -> tx.query("SELECT 1")));
                assertEquals("", failed.sqlState());
                assertTrue(System.nanoTime() - start < Database.TIMEOUT.toNanos() + 2_000_000_000L);
                assertFalse(mute.isReachable());
            }
        }
    }

    @Test
    void shouldKeepTheSqlStateWhenTheRoleIsUnknown() {
        Database wrong = new Database(vertx, settings(postgres.getPort()), Telemetry.none(), "nobody", "guess");
        try (wrong) {
            DatabaseException refused = assertThrows(
                    DatabaseException.class, () -> wrong.inTransaction("x", "", tx -> tx.query("SELECT 1")));
            assertEquals("28000", refused.sqlState());
        }
    }
}
