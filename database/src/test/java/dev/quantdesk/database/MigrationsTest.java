package dev.quantdesk.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Setting up a real database: again, by several at once, and what the roles may do afterwards. */
@Timeout(60)
class MigrationsTest {
    private static final List<String> ROLES =
            List.of("auth_svc", "execution_svc", "execution_projection", "risk_svc", "risk_engine");

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    /** Every test meets a server that knows nothing of the mesh. */
    @BeforeEach
    void forget() throws Exception {
        try (Connection admin = postgres.getPostgresDatabase().getConnection();
                Statement statement = admin.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS quantdesk WITH (FORCE)");
            for (String role : ROLES) {
                statement.execute("DROP ROLE IF EXISTS " + role);
            }
        }
    }

    private void migrate(String rolePassword) throws SQLException {
        Migrations.run("localhost", postgres.getPort(), "postgres", "postgres", rolePassword);
    }

    private Connection as(String role, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + postgres.getPort() + "/quantdesk", role, password);
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertTrue(row.next(), sql);
            return row.getString(1);
        }
    }

    private static String refusalOf(Connection connection, String sql) {
        return assertThrows(SQLException.class, () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                })
                .getSQLState();
    }

    @Test
    void shouldChangeNothingWhenRunAgain() throws Exception {
        migrate("first");
        try (Connection owner = as("postgres", "postgres")) {
            owner.createStatement().execute("INSERT INTO risk.notes VALUES ('alice', 'kept')");
            migrate("first");
            assertEquals("kept", one(owner, "SELECT note FROM risk.notes"));
            assertEquals(
                    "1", one(owner, "SELECT count(*) FROM risk.flyway_schema_history WHERE version = '1' AND success"));
        }
    }

    @Test
    void shouldSetUpOneDatabaseWhenSeveralRunAtOnce() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            // The first round creates everything, the second finds it there.
            for (int round = 0; round < 2; round++) {
                List<Future<?>> runs = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    runs.add(threads.submit(() -> {
                        migrate("same");
                        return null;
                    }));
                }
                for (Future<?> run : runs) {
                    run.get(40, TimeUnit.SECONDS);
                }
            }
        }
        try (Connection role = as("risk_svc", "same")) {
            assertEquals("0", one(role, "SELECT count(*) FROM risk.notes"));
        }
    }

    @Test
    void shouldGiveTheRolesTheNewPassword() throws Exception {
        migrate("old");
        try (Connection owner = as("postgres", "postgres")) {
            for (String role : ROLES) {
                String stored = "SELECT rolpassword FROM pg_authid WHERE rolname = '" + role + "'";
                String before = one(owner, stored);
                migrate("it's new");
                assertTrue(one(owner, stored).startsWith("SCRAM-SHA-256$"), role);
                assertNotEquals(before, one(owner, stored), role);
            }
        }
    }

    @Test
    void shouldGiveNoRoleAWayAroundRowLevelSecurity() throws Exception {
        migrate("pw");
        try (Connection owner = as("postgres", "postgres")) {
            owner.createStatement().execute("INSERT INTO risk.notes VALUES ('alice', 'hers')");
            String privileged = "SELECT count(*) FROM pg_roles WHERE rolname = ANY ('{" + String.join(",", ROLES)
                    + "}') AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)";
            assertEquals("0", one(owner, privileged));
            assertEquals(
                    "0",
                    one(
                            owner,
                            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
                                    + " WHERE r.rolname = ANY ('{" + String.join(",", ROLES) + "}')"));
        }
        try (Connection role = as("risk_svc", "pw")) {
            assertEquals("0", one(role, "SELECT count(*) FROM risk.notes"));
            one(role, "SELECT set_config('quantdesk.account', 'alice', false)");
            assertEquals("1", one(role, "SELECT count(*) FROM risk.notes"));
            assertEquals("42501", refusalOf(role, "INSERT INTO risk.notes VALUES ('bob', 'forged')"));
            assertEquals("42501", refusalOf(role, "ALTER TABLE risk.notes DISABLE ROW LEVEL SECURITY"));
            assertEquals("42501", refusalOf(role, "DROP POLICY own ON risk.notes"));
            assertEquals("42501", refusalOf(role, "SET ROLE postgres"));
            assertEquals("42501", refusalOf(role, "ALTER ROLE risk_svc BYPASSRLS"));
            assertEquals("42501", refusalOf(role, "CREATE TABLE risk.more (x int)"));
            assertEquals("42501", refusalOf(role, "CREATE TABLE public.more (x int)"));
        }
    }

    @Test
    void shouldKeepServicesOutOfEachOthersSchemas() throws Exception {
        migrate("pw");
        try (Connection other = as("auth_svc", "pw")) {
            assertEquals("42501", refusalOf(other, "SELECT * FROM risk.notes"));
        }
    }

    @Test
    void shouldFailInTimeWhenThereIsNoServer() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        SQLException refused =
                assertThrows(SQLException.class, () -> Migrations.run("localhost", port, "postgres", "postgres", "pw"));
        assertFalse(refused.getMessage().isBlank());
    }
}
