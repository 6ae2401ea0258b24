package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderEngine;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.AgentTerminationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order engine as a clustered service: it is handed the committed log, so a reply implies a journalled command. It
 * runs on every member, to the same state; only the leader's replies go out.
 */
final class EngineService implements ClusteredService {
    private static final Logger LOG = LoggerFactory.getLogger(EngineService.class);

    /** A reader of replies that is slower than this loses them, and learns the outcome by repeating the command. */
    private static final int REPLY_OFFERS_MAX = 1_000;

    private static final int TIMER_OFFERS_MAX = 1_000;
    private static final long NOT_SCHEDULED = Long.MIN_VALUE;

    private final EngineReplica replica;
    private final List<EngineListener> listeners;
    private final BooleanSupplier electionOver;
    private final LongSupplier commitPosition;
    private final Consumer<Throwable> onFatal;
    private final List<SavedListener> saved;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final ExpandableArrayBuffer replyBuffer = new ExpandableArrayBuffer(EngineReplica.MESSAGE_LENGTH_MAX);
    private final AtomicLong repliesLost = new AtomicLong();
    private Cluster cluster;
    private boolean replaying = true;
    private long scheduledMillis = NOT_SCHEDULED;
    private volatile long sequence;
    private volatile boolean leader;
    private volatile boolean live;
    private volatile long messagesSinceSnapshot;
    private volatile long snapshotNanos = System.nanoTime();
    private volatile SnapshotTaken lastSnapshot = SnapshotTaken.NONE;

    /** The last snapshot of this process. @param nanos how long the engine stood still for it */
    record SnapshotTaken(long count, long sequence, long bytes, long nanos) {
        static final SnapshotTaken NONE = new SnapshotTaken(0, 0, 0, 0);
    }

    /**
     * @param electionOver whether the member knows who leads
     * @param commitPosition how far the log is committed, as the member knows
     */
    EngineService(
            EngineReplica replica,
            List<EngineListener> listeners,
            BooleanSupplier electionOver,
            LongSupplier commitPosition,
            Consumer<Throwable> onFatal) {
        this.replica = replica;
        this.electionOver = electionOver;
        this.commitPosition = commitPosition;
        this.listeners = List.copyOf(listeners);
        saved = listeners.stream()
                .filter(SavedListener.class::isInstance)
                .map(SavedListener.class::cast)
                .toList();
        this.onFatal = onFatal;
    }

    @Override
    public void onStart(Cluster startedCluster, Image snapshotImage) {
        cluster = startedCluster;
        try {
            if (snapshotImage != null) {
                load(snapshotImage);
            }
            started.complete(null);
        } catch (RuntimeException e) {
            started.completeExceptionally(e);
            throw e;
        }
    }

    private void load(Image snapshotImage) {
        long start = System.nanoTime();
        SnapshotReader in = new SnapshotReader(new SnapshotImage(snapshotImage, cluster.idleStrategy()::idle));
        EngineSnapshot.Header header = EngineSnapshot.readHeader(in);
        EngineSnapshot.readEngine(header, replica, in);
        EngineSnapshot.readListeners(saved, in);
        scheduledMillis = header.timerMillis();
        sequence = replica.sequence();
        LOG.info(
                "the order engine starts from a snapshot, at sequence {}, log position {}; it took {} ms",
                sequence,
                cluster.logPosition(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    /** Completes when the engine is new or has its snapshot, exceptionally when it can't use that one. */
    CompletableFuture<Void> started() {
        return started;
    }

    @Override
    public void onSessionMessage(
            ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length, Header header) {
        Reply reply;
        try {
            reply = replica.onMessage(timestamp, buffer, offset, length, this::publish);
        } catch (RuntimeException e) {
            throw stop(e);
        }
        applied();
        if (reply != null && session != null && leader) {
            send(session, EngineReplica.encode(EngineReplica.correlationId(buffer, offset), reply, replyBuffer));
        }
    }

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {
        if (correlationId == EngineReplica.EXPIRY_TIMER) {
            scheduledMillis = NOT_SCHEDULED;
        }
        try {
            replica.onTimer(correlationId, timestamp, this::publish);
        } catch (RuntimeException e) {
            throw stop(e);
        }
        applied();
    }

    /** An engine that has broken an invariant must not go on: its state can no longer be trusted. */
    private AgentTerminationException stop(RuntimeException cause) {
        LOG.error("the order engine failed after sequence {} and stops", replica.sequence(), cause);
        onFatal.accept(cause);
        return new AgentTerminationException(cause);
    }

    private void applied() {
        sequence = replica.sequence();
        messagesSinceSnapshot = messagesSinceSnapshot + 1;
        long nextMillis = replica.nextExpiryMillis();
        if (nextMillis != scheduledMillis && nextMillis != OrderEngine.NO_EXPIRY) {
            schedule(nextMillis);
        }
    }

    /** A timer that cannot be placed now is placed after the next message; until then expiry waits for it. */
    private void schedule(long deadlineMillis) {
        for (int i = 0; i < TIMER_OFFERS_MAX; i++) {
            if (cluster.scheduleTimer(EngineReplica.EXPIRY_TIMER, deadlineMillis)) {
                scheduledMillis = deadlineMillis;
                return;
            }
            Thread.yield();
        }
        LOG.warn("the expiry timer could not be scheduled; the next message tries again");
    }

    private void send(ClientSession session, int length) {
        for (int i = 0; i < REPLY_OFFERS_MAX; i++) {
            long result = session.offer(replyBuffer, 0, length);
            if (result > 0) {
                return;
            }
            if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
                break;
            }
            Thread.yield();
        }
        repliesLost.incrementAndGet();
    }

    private void publish(EngineEvent event) {
        for (EngineListener listener : listeners) {
            try {
                listener.onEvent(event, replaying);
            } catch (RuntimeException e) {
                LOG.error("a listener failed on event {}", event.sequence(), e);
            }
        }
    }

    @Override
    public void onRoleChange(Cluster.Role newRole) {
        leader = newRole == Cluster.Role.LEADER;
        if (leader && replaying) {
            goLive();
        }
        LOG.info("order engine: this member is {} now, at sequence {}", newRole, replica.sequence());
        tell(listener -> listener.onLeadership(leader));
    }

    /** A follower is told of no role: it is live once it has applied what its leader says is committed. */
    @Override
    public int doBackgroundWork(long nowNs) {
        boolean caughtUp =
                replaying && electionOver.getAsBoolean() && cluster.logPosition() >= commitPosition.getAsLong();
        if (!caughtUp) {
            return 0;
        }
        goLive();
        return 1;
    }

    private void goLive() {
        replaying = false;
        live = true;
        LOG.info("order engine is live at sequence {}, log position {}", replica.sequence(), cluster.logPosition());
        tell(listener -> listener.onLive(replica.sequence()));
    }

    private void tell(Consumer<EngineListener> news) {
        for (EngineListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("a listener failed", e);
            }
        }
    }

    /** Whether the log has been replayed; may be read by any thread. */
    boolean isLive() {
        return live;
    }

    /** Whether this member leads; may be read by any thread. */
    boolean isLeader() {
        return leader;
    }

    /** The last event's sequence; may be read by any thread. */
    long sequence() {
        return sequence;
    }

    /** A digest of the engine's state; for a member that carries out nothing at the moment. */
    long stateHash() {
        return replica.stateHash();
    }

    /** Replies dropped because their reader was too slow or gone. */
    long repliesLost() {
        return repliesLost.get();
    }

    @Override
    public void onTakeSnapshot(ExclusivePublication snapshotPublication) {
        long start = System.nanoTime();
        // One that fails is tried again when the next is due.
        messagesSinceSnapshot = 0;
        snapshotNanos = start;
        SnapshotWriter out = new SnapshotPublication(snapshotPublication, cluster.idleStrategy()::idle).writer();
        try {
            EngineSnapshot.Header header = new EngineSnapshot.Header(replica.sequence(), scheduledMillis);
            EngineSnapshot.save(header, replica, saved, out);
        } catch (RuntimeException e) {
            LOG.error("a snapshot of the order engine at sequence {} failed", replica.sequence(), e);
            throw e;
        }
        long nanos = System.nanoTime() - start;
        lastSnapshot = new SnapshotTaken(lastSnapshot.count() + 1, replica.sequence(), out.bytesWritten(), nanos);
        LOG.info(
                "snapshot of the order engine at sequence {}, log position {}: {} bytes in {} ms",
                replica.sequence(),
                cluster.logPosition(),
                out.bytesWritten(),
                TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** Log entries since the last snapshot, or the start; may be read by any thread. */
    long messagesSinceSnapshot() {
        return messagesSinceSnapshot;
    }

    /** When the last snapshot was begun, or the start; may be read by any thread. */
    long snapshotNanos() {
        return snapshotNanos;
    }

    /** May be read by any thread. */
    SnapshotTaken lastSnapshot() {
        return lastSnapshot;
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {
        LOG.debug("engine session {} opened", session.id());
    }

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
        LOG.debug("engine session {} closed: {}", session.id(), closeReason);
    }

    @Override
    public void onTerminate(Cluster terminatedCluster) {
        LOG.info("order engine ends at sequence {}", replica.sequence());
    }
}
