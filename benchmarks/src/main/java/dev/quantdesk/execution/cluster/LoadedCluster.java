package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.logbuffer.Header;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * One member with a client that sends a tape of orders to it: the engine, or a service that does nothing but answer, both
 * under the engine's own settings. It stands in the engine's package for the sake of those. Used by one thread.
 */
public final class LoadedCluster implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 400;
    private static final int REPLY_OFFERS_MAX = 100_000;
    private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);
    private static final long LIVE_SECONDS_MAX = 120;
    private static final long SNAPSHOT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);
    private static final Duration IDLE_PARK = Duration.ofMillis(20);

    private final WakeGroup wakeGroup = new WakeGroup();
    private final IdleStrategy idleStrategy = wakeGroup.join(IDLE_PARK);
    private final DataDirectory directory;
    private final NodeContexts contexts;
    private final StartAlert startAlert;
    private final LiveService service;
    private final EngineNodeConfig config;
    private final ConsensusModule.Context consensus;
    private ClusteredMediaDriver driver;
    private ClusteredServiceContainer container;
    private ClusterLink link;
    private long answered;
    private int replyLength;
    private long[] sentNanos = {};
    private Histogram latencies;

    /** A service that says when its log has been replayed. */
    private interface LiveService extends ClusteredService {
        void awaitLive() throws InterruptedException;

        boolean isLive();

        /** Events of the engine, or messages of the echo, so far. */
        long events();

        Snapshot lastSnapshot();
    }

    /** One that was taken. @param nanos while which the service stood still */
    public record Snapshot(long bytes, long nanos) {}

    private LoadedCluster(EngineNodeConfig config, LiveService service) {
        this.config = config;
        this.service = service;
        IngressKey key = IngressKey.random();
        directory = DataDirectory.open(config);
        contexts = new NodeContexts(config, directory, wakeGroup, key);
        startAlert = StartAlert.begin(wakeGroup, service::isLive);
        consensus = contexts.consensus(() -> {});
        try {
            driver = ClusteredMediaDriver.launch(contexts.driver(), contexts.archive(), consensus);
            key.publish(config.aeronDir());
            container = ClusteredServiceContainer.launch(contexts.container(service, () -> {}));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static EngineNodeConfig config(Path dataDir, int basePort, List<MarketRules> markets, EngineLimits limits) {
        return new EngineNodeConfig(
                dataDir, dataDir.resolve("aeron"), basePort, markets, limits, 0, EngineNodeConfig.DEFAULT_IDLE_PARK);
    }

    /** The engine; it is live when this returns. @param views that follow it on its thread, as they do in the service */
    public static LoadedCluster engine(
            Path dataDir, int basePort, List<MarketRules> markets, EngineLimits limits, List<EngineListener> views)
            throws InterruptedException {
        LoadedCluster cluster =
                new LoadedCluster(config(dataDir, basePort, markets, limits), new Engine(markets, limits, views));
        cluster.service.awaitLive();
        return cluster;
    }

    /**
     * A service that answers every message with its first bytes.
     *
     * @param replyLength as many as the engine's replies have
     * @param snapshotBytes as many as the engine's snapshot has: its own are empty
     */
    public static LoadedCluster echo(
            Path dataDir, int basePort, List<MarketRules> markets, int replyLength, long snapshotBytes)
            throws InterruptedException {
        LoadedCluster cluster = new LoadedCluster(
                config(dataDir, basePort, markets, EngineLimits.DEFAULTS), new Echo(replyLength, snapshotBytes));
        cluster.service.awaitLive();
        return cluster;
    }

    /** Has a snapshot taken, and waits for it. */
    public Snapshot takeSnapshot() {
        long before = consensus.snapshotCounter().get();
        long deadline = System.nanoTime() + SNAPSHOT_NANOS_MAX;
        boolean asked = false;
        while (consensus.snapshotCounter().get() == before) {
            asked = asked || ClusterControl.ToggleState.SNAPSHOT.toggle(consensus.controlToggleCounter());
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no snapshot was taken in time");
            }
            idleStrategy.idle(link == null ? 0 : link.poll(System.nanoTime()));
        }
        return service.lastSnapshot();
    }

    /** Length of the last reply. */
    public int replyLength() {
        return replyLength;
    }

    /** Events in the engine's log, or messages in the echo's. */
    public long events() {
        return service.events();
    }

    /**
     * Sends the tape's messages as fast as they are answered.
     *
     * @return nanoseconds until the last answer
     */
    public long run(OrderTape tape, int from, int to) {
        long start = System.nanoTime();
        drive(tape, from, to, 0);
        return System.nanoTime() - start;
    }

    /** Sends the tape's messages at a rate, and measures each from the moment at which it was due. */
    public Histogram paced(OrderTape tape, int from, int to, long perSecond) {
        latencies = new Histogram(LATENCY_NANOS_MAX, 3);
        sentNanos = new long[to];
        drive(tape, from, to, perSecond);
        return latencies;
    }

    private void drive(OrderTape tape, int from, int to, long perSecond) {
        connect();
        answered = from;
        int sent = from;
        long start = System.nanoTime();
        long lastProgress = start;
        while (answered < to) {
            long before = answered;
            long now = System.nanoTime();
            int work = link.poll(now);
            while (sent < to && sent - answered < IN_FLIGHT_MAX) {
                long due = perSecond == 0 ? now : start + (sent - from) * 1_000_000_000L / perSecond;
                if (due > now || !link.offer(tape.message(sent), tape.length(sent))) {
                    break;
                }
                if (perSecond > 0) {
                    sentNanos[sent] = due;
                }
                sent++;
                work++;
            }
            if (answered != before) {
                lastProgress = now;
            } else if (now - lastProgress > SILENCE_NANOS_MAX) {
                throw new IllegalStateException("no answer after " + answered + " of " + to + " messages");
            }
            if (perSecond > 0 && sent < to) {
                // A load generator that sleeps would be late for its own schedule.
                idleStrategy.reset();
                if (work > 0) {
                    wakeGroup.wakeAll();
                }
                Thread.yield();
            } else {
                idleStrategy.idle(work);
            }
        }
    }

    private void connect() {
        if (link != null) {
            return;
        }
        link = new ClusterLink(EngineClientConfig.of(config.aeronDir()), this::onReply);
        while (!link.isConnected()) {
            idleStrategy.idle(link.poll(System.nanoTime()));
        }
    }

    private void onReply(DirectBuffer buffer, int offset, int length) {
        answered++;
        replyLength = length;
        int number = (int) EngineReplica.correlationId(buffer, offset);
        if (latencies != null && number < sentNanos.length) {
            latencies.recordValue(Math.min(System.nanoTime() - sentNanos[number], LATENCY_NANOS_MAX));
        }
    }

    /** The engine as its node runs it. */
    private static final class Engine implements LiveService {
        private final CountDownLatch live = new CountDownLatch(1);
        private final EngineService service;

        Engine(List<MarketRules> markets, EngineLimits limits, List<EngineListener> views) {
            List<EngineListener> listeners = new ArrayList<>(views);
            listeners.add(new EngineListener() {
                @Override
                public void onEvent(EngineEvent event, boolean replaying) {
                    // Waits for the end of the replay only.
                }

                @Override
                public void onLive(long sequence) {
                    live.countDown();
                }
            });
            service = new EngineService(
                    new EngineReplica(markets, limits), listeners, () -> false, () -> Long.MAX_VALUE, failure -> {});
        }

        @Override
        public void awaitLive() throws InterruptedException {
            LoadedCluster.awaitLive(live);
        }

        @Override
        public boolean isLive() {
            return live.getCount() == 0;
        }

        @Override
        public long events() {
            return service.sequence();
        }

        @Override
        public Snapshot lastSnapshot() {
            EngineService.SnapshotTaken taken = service.lastSnapshot();
            return new Snapshot(taken.bytes(), taken.nanos());
        }

        @Override
        public void onStart(Cluster cluster, Image snapshotImage) {
            service.onStart(cluster, snapshotImage);
        }

        @Override
        public void onSessionMessage(
                ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length, Header header) {
            service.onSessionMessage(session, timestamp, buffer, offset, length, header);
        }

        @Override
        public void onTimerEvent(long correlationId, long timestamp) {
            service.onTimerEvent(correlationId, timestamp);
        }

        @Override
        public void onRoleChange(Cluster.Role newRole) {
            service.onRoleChange(newRole);
        }

        @Override
        public void onSessionOpen(ClientSession session, long timestamp) {
            service.onSessionOpen(session, timestamp);
        }

        @Override
        public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
            service.onSessionClose(session, timestamp, closeReason);
        }

        @Override
        public void onTakeSnapshot(ExclusivePublication snapshotPublication) {
            service.onTakeSnapshot(snapshotPublication);
        }

        @Override
        public void onTerminate(Cluster cluster) {
            service.onTerminate(cluster);
        }
    }

    /** The peer: all that the cluster does, and nothing else. */
    private static final class Echo implements LiveService {
        private final CountDownLatch live = new CountDownLatch(1);
        private final int replyLength;
        private final long snapshotBytes;
        private Cluster cluster;
        private volatile Snapshot lastSnapshot = new Snapshot(0, 0);
        private volatile long messages;

        Echo(int replyLength, long snapshotBytes) {
            this.replyLength = replyLength;
            this.snapshotBytes = snapshotBytes;
        }

        @Override
        public Snapshot lastSnapshot() {
            return lastSnapshot;
        }

        @Override
        public void awaitLive() throws InterruptedException {
            LoadedCluster.awaitLive(live);
        }

        @Override
        public boolean isLive() {
            return live.getCount() == 0;
        }

        @Override
        public long events() {
            return messages;
        }

        @Override
        public void onSessionMessage(
                ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length, Header header) {
            messages = messages + 1;
            for (int i = 0; session != null && i < REPLY_OFFERS_MAX; i++) {
                long result = session.offer(buffer, offset, Math.min(length, replyLength));
                if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
                    return;
                }
                Thread.yield();
            }
        }

        @Override
        public void onRoleChange(Cluster.Role newRole) {
            if (newRole == Cluster.Role.LEADER) {
                live.countDown();
            }
        }

        @Override
        public void onStart(Cluster started, Image snapshotImage) {
            cluster = started;
            if (snapshotImage != null) {
                SnapshotReader in = new SnapshotReader(new SnapshotImage(snapshotImage, cluster.idleStrategy()::idle));
                for (long left = in.int64(); left > 0; left -= Long.BYTES) {
                    in.int64();
                }
                in.end();
            }
        }

        @Override
        public void onSessionOpen(ClientSession session, long timestamp) {
            // Every session is answered.
        }

        @Override
        public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
            // Nothing is kept for a session.
        }

        @Override
        public void onTimerEvent(long correlationId, long timestamp) {
            // No timers are set.
        }

        @Override
        public void onTakeSnapshot(ExclusivePublication snapshotPublication) {
            long start = System.nanoTime();
            SnapshotWriter out = new SnapshotPublication(snapshotPublication, cluster.idleStrategy()::idle).writer();
            out.int64(snapshotBytes);
            for (long left = snapshotBytes; left > 0; left -= Long.BYTES) {
                out.int64(left);
            }
            out.end();
            lastSnapshot = new Snapshot(out.bytesWritten(), System.nanoTime() - start);
        }

        @Override
        public void onTerminate(Cluster cluster) {
            // Nothing to tidy up.
        }
    }

    private static void awaitLive(CountDownLatch live) throws InterruptedException {
        if (!live.await(LIVE_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the cluster is not live after " + LIVE_SECONDS_MAX + " s");
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(startAlert, link, container, driver);
        contexts.leaveWakeGroup();
        wakeGroup.leave(idleStrategy);
        directory.close();
    }
}
