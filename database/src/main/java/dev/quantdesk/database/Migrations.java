package dev.quantdesk.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.postgresql.util.PSQLException;

/**
 * Brings a database to the form that the services expect: one schema and its own roles for each service, then the SQL files
 * of the service under {@code db/SCHEMA} on the class path, in order, once. Run by the owner before services start; services
 * themselves have no right to change tables.
 */
public final class Migrations {
    private static final String DATABASE = "quantdesk";
    private static final int CONNECT_TIMEOUT_SECONDS = 10;
    /** Longest wait for another migration of the same server. */
    private static final int TURN_TIMEOUT_SECONDS = 120;
    /** Names the lock that a migration holds: "quantdsk" in ASCII. */
    private static final long TURN_KEY = 0x7175616E7464736BL;

    private static final List<Schema> SCHEMAS = List.of(
            new Schema("auth", List.of("auth_svc")),
            new Schema("execution", List.of("execution_svc", "execution_projection")),
            new Schema("risk", List.of("risk_svc", "risk_engine")));

    private Migrations() {}

    /** A service's schema and the roles that use it. */
    private record Schema(String name, List<String> roles) {}

    /**
     * Runs what is missing. Safe to run again and by several at once.
     *
     * @param host of the server
     * @param owner superuser or owner of the database
     * @param rolePassword password given to every service role
     * @throws SQLException when the server can't be reached or refuses a statement
     */
    public static void run(String host, int port, String owner, String ownerPassword, String rolePassword)
            throws SQLException {
        String server = "jdbc:postgresql://" + host + ":" + port + "/";
        String options = "?connectTimeout=" + CONNECT_TIMEOUT_SECONDS;
        try (Connection admin = DriverManager.getConnection(server + "postgres" + options, owner, ownerPassword)) {
            awaitTurn(admin);
            createDatabase(admin);
            for (Schema schema : SCHEMAS) {
                for (String role : schema.roles()) {
                    createRole(admin, role, rolePassword);
                }
                migrate(schema, server + DATABASE + options, owner, ownerPassword);
            }
        }
    }

    /** Waits until nobody else migrates this server; the lock lasts as long as the connection. */
    private static void awaitTurn(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute("SET lock_timeout = '" + TURN_TIMEOUT_SECONDS + "s'");
            statement.execute("SELECT pg_advisory_lock(" + TURN_KEY + ")");
        }
    }

    private static void migrate(Schema schema, String url, String owner, String ownerPassword) {
        Flyway.configure()
                .dataSource(url, owner, ownerPassword)
                .schemas(schema.name())
                .defaultSchema(schema.name())
                .locations("classpath:db/" + schema.name())
                .load()
                .migrate();
    }

    private static void createDatabase(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
            if (found.next()) {
                return;
            }
        }
        executeUnlessExists(admin, "CREATE DATABASE " + DATABASE);
    }

    private static void createRole(Connection admin, String role, String password) throws SQLException {
        String secret = "'" + password.replace("'", "''") + "'";
        executeUnlessExists(admin, "CREATE ROLE " + role + " LOGIN NOBYPASSRLS PASSWORD " + secret);
        try (Statement statement = admin.createStatement()) {
            statement.execute("ALTER ROLE " + role + " PASSWORD " + secret);
        }
    }

    private static void executeUnlessExists(Connection admin, String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        } catch (PSQLException refused) {
            boolean exists = List.of("42710", "42P04", "23505").contains(refused.getSQLState());
            if (!exists) {
                throw refused;
            }
        }
    }
}
