package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a follower's batches to its sink, on a thread of its own that the sink may block. The reader begins a new
 * pass over the log by taking a new number; batches of older passes are dropped.
 */
final class SinkDelivery implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SinkDelivery.class);

    private static final int QUEUED_BATCHES_MAX = 64;
    /** With as many the sink is behind: there is enough to write at once. */
    private static final int QUEUED_BATCHES_MANY = QUEUED_BATCHES_MAX / 2;
    /**
     * From one writing to the next. Alone, an event is written at once; of a steady flow, what comes meanwhile is written together, so
     * that a thousand orders a second cost a sink some fifty transactions.
     */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long IDLE_CHECK_MILLIS = 3_000;
    private static final long RETRY_PAUSE_MILLIS_MIN = 50;
    private static final long RETRY_PAUSE_MILLIS_MAX = 5_000;

    private final String name;
    private final FollowerSink sink;
    private final Runnable onRoom;
    private final BlockingQueue<Batch> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES_MAX);
    private final AtomicLong wantedPass = new AtomicLong(1);
    private long nextWriteNanos = System.nanoTime();
    private long currentPass;
    private long storedSequence;
    private volatile long deliveredSequence;
    private volatile Beginning beginning = new Beginning(0, 0);
    private volatile boolean caughtUp;
    private volatile String failure;
    private volatile boolean stopped;

    /**
     * Some of a pass's events, in order; none when the reader has come to what was committed when it began.
     *
     * @param readSequence the engine's sequence after them
     */
    record Batch(long pass, List<EngineEvent> events, long readSequence) {
        private static final long BEGINS = -1;

        /** Asks for {@link SinkDelivery#beginning} of a pass. */
        static Batch begin(long pass) {
            return new Batch(pass, List.of(), BEGINS);
        }

        boolean begins() {
            return readSequence == BEGINS;
        }

        boolean isOfEvents() {
            return !events.isEmpty();
        }
    }

    /** What the sink has at the beginning of a pass. */
    record Beginning(long pass, long sequence) {}

    /** @param onRoom called whenever a batch has left the queue */
    SinkDelivery(String name, FollowerSink sink, Runnable onRoom) {
        this.name = name;
        this.sink = sink;
        this.onRoom = onRoom;
    }

    /** For the reader. @return false when the queue is full */
    boolean offer(Batch batch) {
        return queue.offer(batch);
    }

    /** For the reader: the beginning of the latest pass that was asked for, once the sink has answered. */
    Beginning beginning() {
        return beginning;
    }

    /** For the reader: the pass it should be in. */
    long wantedPass() {
        return wantedPass.get();
    }

    /** For the reader: it lost its place and begins again. @return the new pass */
    long nextPass() {
        return wantedPass.incrementAndGet();
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                Batch batch = queue.poll(IDLE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
                if (batch == null) {
                    checkSink();
                    continue;
                }
                onRoom.run();
                if (failure == null && batch.pass() == wantedPass.get()) {
                    deliver(batch.isOfEvents() ? withThoseAfter(batch) : batch);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("follower {} was closed", name);
        } catch (RuntimeException e) {
            failure = e.toString();
            LOG.error("follower {} stops", name, e);
        }
    }

    /** Makes {@link #run} end with the call in hand, which an interrupt of its thread may cut short. */
    void stop() {
        stopped = true;
    }

    /** While nothing is written, only a question finds out that the sink was changed from outside. */
    private void checkSink() {
        boolean idle = caughtUp && currentPass == wantedPass.get();
        if (!idle && failure == null) {
            return;
        }
        try {
            long found = sink.resumeAfterSequence();
            if (found != storedSequence) {
                LOG.warn(
                        "follower {}: the sink is at {}, not at {}; the log is read again",
                        name,
                        found,
                        storedSequence);
                caughtUp = false;
                wantedPass.compareAndSet(currentPass, currentPass + 1);
                failure = null;
            }
        } catch (RuntimeException unreachable) {
            LOG.debug("follower {}: the sink can't be looked at: {}", name, unreachable.toString());
        }
    }

    /** The batch and those of events that come right after it, until it is time to write. */
    private Batch withThoseAfter(Batch first) throws InterruptedException {
        long early = nextWriteNanos - System.nanoTime();
        if (early > 0 && queue.size() < QUEUED_BATCHES_MANY) {
            TimeUnit.NANOSECONDS.sleep(early);
        }
        nextWriteNanos = System.nanoTime() + PACE_NANOS;
        List<EngineEvent> events = new ArrayList<>(first.events());
        for (Batch next = queue.peek(); next != null && joins(first, events, next); next = queue.peek()) {
            events.addAll(queue.remove().events());
        }
        if (events.size() == first.events().size()) {
            return first;
        }
        onRoom.run();
        return new Batch(first.pass(), events, events.getLast().sequence());
    }

    private static boolean joins(Batch first, List<EngineEvent> events, Batch next) {
        return next.isOfEvents()
                && next.pass() == first.pass()
                && events.size() + next.events().size() <= LogFollower.BATCH_EVENTS_MAX;
    }

    private void deliver(Batch batch) throws InterruptedException {
        try {
            if (batch.pass() != currentPass) {
                currentPass = batch.pass();
                storedSequence = retry("resume", sink::resumeAfterSequence);
                deliveredSequence = storedSequence;
                beginning = new Beginning(currentPass, storedSequence);
                onRoom.run();
                LOG.info("follower {} reads the log, the sink has events up to {}", name, storedSequence);
            }
            if (batch.begins()) {
                LOG.debug("follower {} begins pass {}", name, currentPass);
            } else if (!batch.isOfEvents()) {
                onCaughtUp(batch.readSequence());
            } else if (batch.readSequence() > storedSequence) {
                store(batch.events());
            }
        } catch (SinkResetException e) {
            LOG.warn("follower {}: the sink has lost state, the log is read again", name, e);
            caughtUp = false;
            wantedPass.compareAndSet(batch.pass(), batch.pass() + 1);
        }
    }

    private void store(List<EngineEvent> events) throws InterruptedException {
        int known = (int) Math.max(0, storedSequence + 1 - events.getFirst().sequence());
        List<EngineEvent> fresh = List.copyOf(events.subList(known, events.size()));
        if (fresh.getFirst().sequence() != storedSequence + 1) {
            throw new IllegalStateException(
                    "event " + fresh.getFirst().sequence() + " follows event " + storedSequence);
        }
        retry("accept", () -> {
            sink.accept(fresh);
            return null;
        });
        storedSequence = fresh.getLast().sequence();
        deliveredSequence = storedSequence;
    }

    /**
     * A sink that is ahead of the log belongs to another log: going on would skip events without a word. Nothing is delivered until
     * somebody has changed the sink.
     */
    private void onCaughtUp(long logSequence) {
        if (storedSequence > logSequence) {
            failure = "the sink has events up to " + storedSequence + ", but the log ends at " + logSequence
                    + ": it is not this log's sink";
            LOG.error("follower {} stops until its sink is changed: {}", name, failure);
            return;
        }
        caughtUp = true;
    }

    private <T> T retry(String what, Supplier<T> call) throws InterruptedException {
        for (long pauseMillis = RETRY_PAUSE_MILLIS_MIN;
                ;
                pauseMillis = Math.min(2 * pauseMillis, RETRY_PAUSE_MILLIS_MAX)) {
            try {
                return call.get();
            } catch (SinkResetException e) {
                throw e;
            } catch (RuntimeException e) {
                if (stopped || Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOG.warn("follower {}: {} failed, again in {} ms: {}", name, what, pauseMillis, e.toString(), e);
                Thread.sleep(pauseMillis);
            }
        }
    }

    long deliveredSequence() {
        return deliveredSequence;
    }

    boolean isCaughtUp() {
        return caughtUp && failure == null;
    }

    /** Why it delivers nothing, or null. */
    String failure() {
        return failure;
    }
}
