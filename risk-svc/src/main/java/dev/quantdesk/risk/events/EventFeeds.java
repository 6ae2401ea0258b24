package dev.quantdesk.risk.events;

import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.risk.account.Accounts;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * Both streams, and a thread that once a second compares them with what was taken over, frees reservations that nothing
 * took up, and tries a database that did not answer, so that the service finds back by itself.
 */
public final class EventFeeds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventFeeds.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** While orders wait for the accounts to be complete, as after a start. */
    private static final Duration INTERVAL_UNTRUSTED = Duration.ofMillis(100);

    private final ExecutionFollower execution;
    private final MarkFollower marks;
    private final Accounts accounts;
    private final Database database;
    private final long reservationLifeMillis;
    private final LongSupplier uptimeMillis;
    private final Thread thread = Thread.ofVirtual().name("event feeds").unstarted(this::run);
    private volatile boolean closed;

    /**
     * @param engine database under the role that sees all accounts
     * @param reservationLife after which a reservation is freed that no event has taken up
     * @param uptimeMillis clock that never goes back, the one reservations are made with
     */
    public EventFeeds(
            RedisClient redis,
            Database engine,
            Markets markets,
            Accounts accounts,
            MarkBoard board,
            Duration reservationLife,
            Clock clock,
            LongSupplier uptimeMillis) {
        this.execution = new ExecutionFollower(
                redis, markets, accounts, new RiskStore(engine, markets, ExecutionFollower.STREAM));
        this.marks = new MarkFollower(redis, markets, board, clock);
        this.accounts = accounts;
        this.database = engine;
        this.reservationLifeMillis = reservationLife.toMillis();
        this.uptimeMillis = uptimeMillis;
    }

    /** Loads the accounts and follows the streams. @throws Exception when the store can't be read */
    public void start() throws Exception {
        execution.start();
        marks.start();
        thread.start();
    }

    public ExecutionFollower execution() {
        return execution;
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(execution.isTrusted() ? INTERVAL : INTERVAL_UNTRUSTED);
                tick();
            } catch (InterruptedException _) {
                return;
            } catch (Exception failure) {
                LOG.warn("looking after the event streams failed and is tried again: {}", failure.toString());
            }
        }
    }

    private void tick() throws Exception {
        // A reservation may be freed only when no event that would take it up can still be on its way to the accounts.
        long now = uptimeMillis.getAsLong();
        boolean complete = execution.check();
        accounts.forgetDecisions(now - reservationLifeMillis, complete);
        marks.check();
        if (!database.isReachable()) {
            database.inTransaction("risk.ping", "", tx -> tx.query("SELECT 1").size());
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(INTERVAL.multipliedBy(3));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        execution.close();
        marks.close();
    }
}
