package dev.quantdesk.risk.support;

import dev.quantdesk.database.Migrations;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** A real Postgres and a real Redis, started once for all tests of this process and emptied before each. */
public final class Backends {
    private static final String PASSWORD = "test-password";
    private static Backends running;

    private final EmbeddedPostgres postgres;
    private final RedisServer redisServer;
    private final int redisPort;
    private final RedisClient redis;

    private Backends() throws IOException, SQLException {
        postgres = EmbeddedPostgres.start();
        Migrations.run("127.0.0.1", postgres.getPort(), "postgres", "postgres", PASSWORD);
        redisPort = freePort();
        redisServer = RedisServer.newRedisServer()
                .port(redisPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .setting("appendonly no")
                .build();
        redisServer.start();
        redis = RedisClient.create("127.0.0.1", redisPort);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    }

    /** The servers, without any data. */
    public static synchronized Backends empty() throws IOException, SQLException {
        if (running == null) {
            running = new Backends();
        }
        running.redis.flushAll();
        running.asOwner("TRUNCATE risk.positions, risk.open_orders, risk.event_cursors, "
                + "risk.ledger_entries, risk.ledger_balances");
        return running;
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public RedisClient redis() {
        return redis;
    }

    /** Settings by environment, as the mesh sets them. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("POSTGRES_ADDRESS", "127.0.0.1:" + postgres.getPort());
        environment.put("POSTGRES_PASSWORD", PASSWORD);
        environment.put("REDIS_ADDRESS", "127.0.0.1:" + redisPort);
        return environment;
    }

    /** Runs a statement as the owner of the tables. */
    public void asOwner(String sql) throws SQLException {
        try (Connection connection = connect("postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query as the owner sees them, columns separated by blanks. */
    public List<String> rows(String sql) throws SQLException {
        return rowsAs("postgres", "postgres", "", sql);
    }

    /** The rows of a query as a service's role sees them when it works for {@code account}. */
    public List<String> rowsFor(String role, String account, String sql) throws SQLException {
        return rowsAs(role, PASSWORD, account, sql);
    }

    private List<String> rowsAs(String user, String password, String account, String sql) throws SQLException {
        try (Connection connection = connect(user, password);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('quantdesk.account', '" + account + "', false)");
            List<String> rows = new ArrayList<>();
            if (!statement.execute(sql)) {
                return rows;
            }
            try (ResultSet result = statement.getResultSet()) {
                while (result.next()) {
                    List<String> columns = new ArrayList<>();
                    for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                        columns.add(result.getString(column));
                    }
                    rows.add(String.join(" ", columns));
                }
            }
            return rows;
        }
    }

    private Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/quantdesk", user, password);
    }

    private void stop() {
        try {
            redis.close();
            redisServer.stop();
            postgres.close();
        } catch (IOException failed) {
            System.err.println("a test server did not stop: " + failed);
        }
    }
}
