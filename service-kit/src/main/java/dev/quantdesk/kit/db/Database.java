package dev.quantdesk.kit.db;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Postgres for blocking callers on virtual threads. Everything runs in a transaction that says for which account, so that
 * row-level security applies to every statement. Every wait is bounded by {@link #TIMEOUT}. Thread-safe.
 */
public final class Database implements AutoCloseable {
    /** Longest wait for a connection or the answer to one statement. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    // The server gives up first, so that the connection is not left with a statement under way.
    private static final Duration STATEMENT_TIMEOUT = Duration.ofMillis(4_500);
    private static final int WAIT_QUEUE_MAX = 2_048;
    private static final int PIPELINE_MAX = 128;

    private final Pool pool;
    private final Telemetry telemetry;
    private final String database;
    private volatile boolean lastAnswered;

    public Database(Vertx vertx, Settings settings, Telemetry telemetry) {
        this(vertx, settings, telemetry, settings.text("postgres.user"), settings.text("postgres.password"));
    }

    /** A pool under another role than the service's own, such as a projection's. */
    public Database(Vertx vertx, Settings settings, Telemetry telemetry, String user, String password) {
        var address = settings.address("postgres.address");
        this.database = settings.text("postgres.database");
        this.pool = PgBuilder.pool()
                .with(new PoolOptions()
                        .setMaxSize(settings.integer("postgres.max_connections"))
                        .setMaxWaitQueueSize(WAIT_QUEUE_MAX)
                        .setConnectionTimeout((int) TIMEOUT.toMillis())
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
                .connectingTo(new PgConnectOptions()
                        .setHost(address.host())
                        .setPort(address.port())
                        .setDatabase(database)
                        .setUser(user)
                        .setPassword(password)
                        .setCachePreparedStatements(true)
                        .setPipeliningLimit(PIPELINE_MAX)
                        .addProperty("statement_timeout", Long.toString(STATEMENT_TIMEOUT.toMillis()))
                        .setTracingPolicy(TracingPolicy.IGNORE))
                .using(vertx)
                .build();
        this.telemetry = telemetry;
    }

    /** Work inside one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Tx tx) throws Exception;
    }

    /**
     * Runs {@code work} in a transaction that sees what {@code account} may see.
     *
     * @param operation short name for the trace, such as "orders.find"
     * @param account account that row-level security lets through; empty for the service's own tables without accounts
     * @throws DatabaseException when the database can't be reached, does not answer in time or refuses a statement
     */
    public <T> T inTransaction(String operation, String account, Work<T> work) throws Exception {
        return telemetry.inSpan(
                "postgres " + operation,
                SpanKind.CLIENT,
                Map.of("db.system.name", "postgresql", "db.namespace", database, "db.operation.name", operation),
                () -> run(account, work));
    }

    private <T> T run(String account, Work<T> work) throws Exception {
        SqlConnection connection = await(pool.getConnection(), SqlConnection::close);
        lastAnswered = true;
        try {
            Transaction transaction = await(connection.begin());
            try {
                Tx tx = new Tx(connection);
                tx.query("SELECT set_config('quantdesk.account', $1, true)", account);
                T result = work.run(tx);
                tx.awaitSent();
                await(transaction.commit());
                return result;
            } catch (Exception failure) {
                try {
                    await(transaction.rollback());
                } catch (DatabaseException lost) {
                    failure.addSuppressed(lost);
                }
                throw failure;
            }
        } finally {
            connection.close();
        }
    }

    /** Whether the last attempt to reach the database succeeded. */
    public boolean isReachable() {
        return lastAnswered;
    }

    /**
     * One column of many rows, for a statement that takes them all at once with {@code unnest}.
     *
     * @return an array, as the single value that it is for the statement
     */
    public static <R, T> Object column(List<R> rows, IntFunction<T[]> array, Function<R, T> value) {
        return rows.stream().map(value).toArray(array);
    }

    /** One transaction under way; used by the thread that opened it. */
    public final class Tx {
        private final SqlConnection connection;
        private final List<Future<?>> sent = new ArrayList<>();

        private Tx(SqlConnection connection) {
            this.connection = connection;
        }

        public RowSet<Row> query(String sql, Object... arguments) throws InterruptedException {
            return await(connection.preparedQuery(sql).execute(Tuple.from(arguments)));
        }

        /** Sends a statement without waiting; statements run in the order sent, and a failure fails the transaction. */
        public void send(String sql, Object... arguments) throws InterruptedException {
            sent.add(connection.preparedQuery(sql).execute(Tuple.from(arguments)));
            if (sent.size() == PIPELINE_MAX) {
                awaitSent();
            }
        }

        private void awaitSent() throws InterruptedException {
            for (Future<?> statement : sent) {
                await(statement);
            }
            sent.clear();
        }
    }

    private <T> T await(Future<T> future) throws InterruptedException {
        return await(future, _ -> {});
    }

    /** @param tooLate takes what arrives after the wait was given up */
    private <T> T await(Future<T> future, Consumer<T> tooLate) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            future.onSuccess(tooLate::accept);
            throw stopped;
        } catch (TimeoutException _) {
            future.onSuccess(tooLate::accept);
            lastAnswered = false;
            throw new DatabaseException("Postgres did not answer within " + TIMEOUT.toSeconds() + " s", null);
        } catch (ExecutionException failed) {
            lastAnswered = failed.getCause() instanceof PgException;
            throw new DatabaseException(String.valueOf(failed.getCause().getMessage()), failed.getCause());
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /** Postgres was not reached, did not answer in time, or refused a statement. */
    public static final class DatabaseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DatabaseException(String message, Throwable cause) {
            super(message, cause);
        }

        /** SQL state of a refused statement, or an empty text when the server was not reached. */
        public String sqlState() {
            return getCause() instanceof PgException refused ? refused.getSqlState() : "";
        }
    }
}
