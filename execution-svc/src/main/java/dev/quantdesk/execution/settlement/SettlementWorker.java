package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles the engine's trades on Solana, on a thread of its own. The engine's log is the only memory it has: every
 * event since the first, or since a snapshot that was loaded, has to be handed to {@link #onEvent}, and after a restart it
 * goes on from there.
 */
public final class SettlementWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SettlementWorker.class);
    private static final long IDLE_MILLIS = 1_000;
    private static final long NOT_LIVE_MILLIS = 50;

    /** Above the time a call to the node may take. */
    private static final long CLOSE_MILLIS_MAX = 8_000;

    private final SettlementConfig config;
    private final SettlementLog log;
    private final UnsettledTrades trades = new UnsettledTrades();
    private final SettlementMetrics metrics;
    private final NodeHealth health;
    private final SubmissionDriver driver;
    private final BatchStarter starter;
    private final LongSupplier clockMillis;
    private final Thread thread =
            Thread.ofPlatform().name("settlement").daemon().unstarted(this::run);
    private volatile boolean closed;

    /**
     * @param registry takes the metrics; one worker for each registry
     * @param telemetry traces the batches and, in their own traces, the orders
     */
    public SettlementWorker(
            SettlementConfig config,
            SettlementLog log,
            SolanaNode node,
            PayerKey payer,
            Telemetry telemetry,
            PrometheusRegistry registry) {
        this(config, log, node, payer, telemetry, registry, steadyClock());
    }

    SettlementWorker(
            SettlementConfig config,
            SettlementLog log,
            SolanaNode node,
            PayerKey payer,
            Telemetry telemetry,
            PrometheusRegistry registry,
            LongSupplier clockMillis) {
        this.config = config;
        this.log = log;
        this.clockMillis = clockMillis;
        metrics = new SettlementMetrics(registry);
        health = new NodeHealth(config, metrics);
        ClusterCheck check = new ClusterCheck(config, node);
        PayerFunds funds = new PayerFunds(node, payer.address(), check, metrics);
        driver = new SubmissionDriver(
                config, log, node, check, trades, funds, health, telemetry, metrics, () -> LockSupport.unpark(thread));
        starter = new BatchStarter(config, node, payer, trades, driver, funds, health, telemetry);
    }

    /** Begins to settle, as soon as the log is live. To be called once. */
    public void start() {
        thread.start();
    }

    /**
     * Takes in the next event of the engine; one that was seen before is ignored. Called on the engine's thread, and
     * returns at once.
     *
     * @param replaying whether the event happened before this process began
     */
    public void onEvent(EngineEvent event, boolean replaying) {
        boolean firstWork = trades.onEvent(event);
        if (firstWork && !replaying) {
            LockSupport.unpark(thread);
        }
    }

    /** Writes what it has made of the events so far. */
    public void save(SnapshotWriter out) {
        trades.save(out);
    }

    /** Takes over what was written, before the first event. */
    public void load(SnapshotReader in) {
        trades.load(in);
    }

    /** Forgets every event. */
    public void clear() {
        trades.clear();
    }

    /** Trades that are not settled and in no transaction yet. Any thread. */
    public int pendingTrades() {
        UnsettledTrades.Counts counts = trades.counts();
        return counts.waiting() + counts.setAside();
    }

    /** Transactions between submission and end. Any thread. */
    public int batchesInFlight() {
        return trades.counts().submissions();
    }

    /** Whether the Solana node answered the last call. Any thread. */
    public boolean isNodeAnswering() {
        return health.isAnswering();
    }

    /** Stops; what is in flight is looked up by the next worker on the same log. Waits a bounded time. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            if (thread.isAlive() && !thread.join(Duration.ofMillis(CLOSE_MILLIS_MAX))) {
                LOG.warn("settlement did not stop within {} ms", CLOSE_MILLIS_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does all there is to do now. @return milliseconds until there may be more to do, from 1 */
    long runOnce() {
        if (!log.isLive()) {
            return NOT_LIVE_MILLIS;
        }
        long now = clockMillis.getAsLong();
        driver.advance(now);
        if (health.mayTry(now)) {
            try {
                driver.poll(now);
                driver.send(now);
                starter.start(now);
            } catch (SolanaException failure) {
                health.failed(failure, now);
            }
        }
        metrics.counts(trades.counts());
        return Math.max(1, dueMillis(now) - clockMillis.getAsLong());
    }

    private long dueMillis(long now) {
        long due = now + IDLE_MILLIS;
        if (driver.active() > 0) {
            due = Math.min(due, now + config.pollMillis());
        }
        if (driver.active() < config.batchesInFlightMax()) {
            due = Math.min(due, starter.dueMillis(now));
        }
        return health.mayTry(now) ? due : Math.max(due, Math.min(health.retryAtMillis(), now + IDLE_MILLIS));
    }

    private void run() {
        while (!closed) {
            long waitMillis = IDLE_MILLIS;
            try {
                waitMillis = runOnce();
            } catch (RuntimeException defect) {
                LOG.error("settlement failed unexpectedly, it goes on in {} ms", waitMillis, defect);
            }
            if (!closed) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(waitMillis));
            }
        }
    }

    /** Wall time that does not jump, so that no wait grows when the machine's clock is set. */
    private static LongSupplier steadyClock() {
        long startMillis = System.currentTimeMillis();
        long startNanos = System.nanoTime();
        return () -> startMillis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }
}
