package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import io.aeron.archive.client.AeronArchive;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed log through an engine of its own and delivers the events to a sink, in order, without gap or
 * repeat, at the sink's own pace: it never holds up the engine. After any trouble, its own or the sink's, it reads the
 * log again, from the newest snapshot that is not beyond what the sink has, or else from the start. Where several members have a follower of the same sink,
 * the leader's delivers and the others stand by. One whose sink is ahead of the log stops until
 * the sink is changed. Thread-safe.
 */
public final class LogFollower implements AutoCloseable {
    /** Events handed to the sink at once, at most. */
    public static final int BATCH_EVENTS_MAX = 256;

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);

    /** More than are kept. */
    private static final int SNAPSHOTS_TRIED_MAX = 4;

    /** A sink is written in batches, so what the engine does need not wake its reader each time. */
    private static final Duration READ_PAUSE = Duration.ofMillis(5);

    private static final long STAND_BY_PAUSE_MILLIS = 50;
    private static final long RETRY_PAUSE_MILLIS_MIN = 50;
    private static final long RETRY_PAUSE_MILLIS_MAX = 2_000;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final LogFollowerConfig config;
    private final BooleanSupplier active;
    private final IdleStrategy idleStrategy;
    private final SinkDelivery delivery;
    private final Thread reader;
    private final Thread deliverer;
    private volatile boolean closing;

    private LogFollower(LogFollowerConfig config, WakeGroup wakeGroup, FollowerSink sink, BooleanSupplier active) {
        this.config = config;
        this.active = active;
        idleStrategy = wakeGroup.beside(READ_PAUSE);
        delivery = new SinkDelivery(config.name(), sink, this::wakeReader);
        reader =
                Thread.ofPlatform().name("log-reader-" + config.name()).daemon().unstarted(this::read);
        deliverer =
                Thread.ofPlatform().name("log-sink-" + config.name()).daemon().unstarted(delivery);
    }

    static LogFollower start(LogFollowerConfig config, WakeGroup wakeGroup, FollowerSink sink) {
        return start(config, wakeGroup, sink, () -> true);
    }

    /** @param active whether to read and deliver; asked all the time, must not block */
    static LogFollower start(LogFollowerConfig config, WakeGroup wakeGroup, FollowerSink sink, BooleanSupplier active) {
        LogFollower follower = new LogFollower(config, wakeGroup, sink, active);
        follower.reader.start();
        follower.deliverer.start();
        return follower;
    }

    private void wakeReader() {
        LockSupport.unpark(reader);
    }

    public String name() {
        return config.name();
    }

    /** The sequence of the last event the sink has stored, as far as this follower knows: 0 before its first pass. */
    public long deliveredSequence() {
        return delivery.deliveredSequence();
    }

    /** Whether the sink has all events that were committed when the reading began. */
    public boolean isCaughtUp() {
        return delivery.isCaughtUp();
    }

    /**
     * Why the follower has stopped: its sink has events that this log has not. It goes on by itself once the sink was changed, such
     * as emptied. Empty while it works or stands by.
     */
    public Optional<String> failure() {
        return Optional.ofNullable(delivery.failure());
    }

    private void read() {
        try {
            long pauseMillis = RETRY_PAUSE_MILLIS_MIN;
            while (!closing) {
                if (!isAtWork()) {
                    standBy();
                }
                long pass = delivery.wantedPass();
                if (!awaitBeginning(pass)) {
                    continue;
                }
                String trouble = readPass(pass);
                if (trouble.isEmpty()) {
                    pauseMillis = RETRY_PAUSE_MILLIS_MIN;
                    continue;
                }
                LOG.info("follower {} reads the log again in {} ms: {}", config.name(), pauseMillis, trouble);
                Thread.sleep(pauseMillis);
                pauseMillis = Math.min(2 * pauseMillis, RETRY_PAUSE_MILLIS_MAX);
            }
        } catch (InterruptedException e) {
            LOG.debug("follower {} was closed", config.name());
        }
    }

    private boolean isAtWork() {
        return active.getAsBoolean() && delivery.failure() == null;
    }

    /** What was read before is not delivered any more: another member's follower goes on from what the sink has. */
    private void standBy() throws InterruptedException {
        delivery.nextPass();
        while (!closing && !isAtWork()) {
            Thread.sleep(STAND_BY_PAUSE_MILLIS);
        }
    }

    private boolean isWanted(long pass) {
        return !closing && isAtWork() && delivery.wantedPass() == pass;
    }

    /** Waits until the sink has said where a pass begins. @return false when the pass is no longer wanted */
    private boolean awaitBeginning(long pass) {
        boolean asked = delivery.beginning().pass() == pass;
        while (isWanted(pass) && delivery.beginning().pass() != pass) {
            asked = asked || delivery.offer(SinkDelivery.Batch.begin(pass));
            idleStrategy.idle(0);
        }
        return isWanted(pass);
    }

    /** Reads the log until closed, no longer active, or another pass is wanted. @return what went wrong, or nothing */
    private String readPass(long pass) {
        Pass state = new Pass(pass);
        try (LogReplay replay = new LogReplay(config.aeronDir(), state)) {
            while (isWanted(pass)) {
                idleStrategy.idle(state.handOn() ? replay.poll() : replay.keepAlive());
                state.cutBatches();
                state.noteCaughtUp(replay);
            }
            return "";
        } catch (RuntimeException e) {
            LOG.debug("follower {}", config.name(), e);
            if (state.hasRead()) {
                delivery.nextPass();
            }
            return e.toString();
        }
    }

    /** One reading of the log: its engine, and the events on their way to the sink. */
    private final class Pass implements LogReplay.Handler {
        private final long number;
        private EngineReplica replica = newReplica();
        private long startSequence;
        private final List<EngineEvent> events = new ArrayList<>();
        private final ArrayDeque<SinkDelivery.Batch> batches = new ArrayDeque<>();
        private boolean caughtUp;

        Pass(long number) {
            this.number = number;
        }

        private EngineReplica newReplica() {
            return new EngineReplica(config.markets(), config.limits());
        }

        @Override
        public long begin(SnapshotArchive snapshots) {
            for (long recording :
                    snapshots.newestFirst().stream().limit(SNAPSHOTS_TRIED_MAX).toList()) {
                try {
                    long position = snapshots.load(recording, this::takeOver);
                    if (position != AeronArchive.NULL_POSITION) {
                        LOG.info("follower {} begins at the snapshot of sequence {}", config.name(), startSequence);
                        return position;
                    }
                } catch (SnapshotException e) {
                    LOG.warn("follower {}: snapshot {} can't be used: {}", config.name(), recording, e.getMessage());
                }
                replica = newReplica();
            }
            return 0;
        }

        private boolean takeOver(SnapshotReader in) {
            EngineSnapshot.Header header = EngineSnapshot.readHeader(in);
            if (header.sequence() > delivery.beginning().sequence()) {
                return false;
            }
            EngineSnapshot.readEngine(header, replica, in);
            startSequence = header.sequence();
            return true;
        }

        @Override
        public void onMessage(long timestamp, DirectBuffer buffer, int offset, int length) {
            replica.onMessage(timestamp, buffer, offset, length, events::add);
        }

        @Override
        public void onTimer(long timerId, long timestamp) {
            replica.onTimer(timerId, timestamp, events::add);
        }

        boolean hasRead() {
            return replica.sequence() > startSequence || caughtUp;
        }

        /** @return whether all has been handed on, so that more may be read */
        boolean handOn() {
            while (!batches.isEmpty() && delivery.offer(batches.peek())) {
                batches.remove();
            }
            return batches.isEmpty();
        }

        void cutBatches() {
            for (int from = 0; from < events.size(); from += BATCH_EVENTS_MAX) {
                List<EngineEvent> cut =
                        List.copyOf(events.subList(from, Math.min(from + BATCH_EVENTS_MAX, events.size())));
                batches.add(new SinkDelivery.Batch(number, cut, cut.getLast().sequence()));
            }
            events.clear();
        }

        void noteCaughtUp(LogReplay replay) {
            if (!caughtUp && replay.isCaughtUp()) {
                caughtUp = true;
                batches.add(new SinkDelivery.Batch(number, List.of(), replica.sequence()));
            }
        }
    }

    /** Stops at once. What the sink has not stored comes again when a new follower is started. */
    @Override
    public void close() {
        closing = true;
        delivery.stop();
        reader.interrupt();
        deliverer.interrupt();
        try {
            if (!reader.join(CLOSE_WAIT) || !deliverer.join(CLOSE_WAIT)) {
                LOG.warn("follower {} has not ended within {}", config.name(), CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
