package dev.quantdesk.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The tables that execution-svc fills from the order engine's log, and can fill anew from it at any time. */
public final class OrderTables {
    private static final int CONNECT_TIMEOUT_SECONDS = 10;
    private static final int STATEMENT_TIMEOUT_SECONDS = 60;

    private final String url;
    private final String owner;
    private final String password;

    /** @param owner superuser or owner of the database */
    public OrderTables(String host, int port, String owner, String password) {
        this.url = "jdbc:postgresql://" + host + ":" + port + "/quantdesk?connectTimeout=" + CONNECT_TIMEOUT_SECONDS;
        this.owner = owner;
        this.password = password;
    }

    /** Sequence of the last event that the tables hold. */
    public long sequence() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, owner, password)) {
            return sequence(connection, "");
        }
    }

    /**
     * Empties the tables and forgets how far they were, in one transaction: execution-svc sees that they were changed, and
     * reads its log again from the start.
     *
     * @return the last event that they held
     */
    public long empty() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, owner, password)) {
            connection.setAutoCommit(false);
            long held = sequence(connection, " FOR UPDATE");
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(STATEMENT_TIMEOUT_SECONDS);
                statement.execute("TRUNCATE execution.fills, execution.orders, execution.algo_orders");
                statement.execute("UPDATE execution.projection_cursor SET sequence = 0 WHERE name = 'orders'");
            }
            connection.commit();
            return held;
        }
    }

    private static long sequence(Connection connection, String lock) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(STATEMENT_TIMEOUT_SECONDS);
            try (ResultSet row = statement.executeQuery(
                    "SELECT sequence FROM execution.projection_cursor WHERE name = 'orders'" + lock)) {
                if (!row.next()) {
                    throw new SQLException("the tables' cursor is missing: they were not set up by the migrations");
                }
                return row.getLong(1);
            }
        }
    }
}
