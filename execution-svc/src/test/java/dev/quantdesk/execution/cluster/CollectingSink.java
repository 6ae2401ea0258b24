package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** A sink that checks the follower's promises on every batch, and can be told to fail, to block, or to lose state. */
final class CollectingSink implements FollowerSink {
    final List<EngineEvent> stored = new ArrayList<>();
    final AtomicInteger failuresLeft = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger resumes = new AtomicInteger();
    final AtomicInteger batches = new AtomicInteger();
    final AtomicInteger largestBatch = new AtomicInteger();
    final ReentrantLock gate = new ReentrantLock();
    private volatile int resetTo = -1;
    private volatile AssertionError broken;

    /** The next batch finds that only the first {@code events} are left. */
    void loseAllBut(int events) {
        resetTo = events;
    }

    @Override
    public synchronized long resumeAfterSequence() {
        resumes.incrementAndGet();
        fail();
        return stored.isEmpty() ? 0 : stored.getLast().sequence();
    }

    @Override
    public void accept(List<EngineEvent> events) {
        gate.lock();
        try {
            store(events);
        } finally {
            gate.unlock();
        }
    }

    private synchronized void store(List<EngineEvent> events) {
        fail();
        if (resetTo >= 0) {
            stored.subList(resetTo, stored.size()).clear();
            resetTo = -1;
            throw new SinkResetException("the store was emptied");
        }
        batches.incrementAndGet();
        largestBatch.accumulateAndGet(events.size(), Math::max);
        for (EngineEvent event : events) {
            long expected = stored.isEmpty() ? 1 : stored.getLast().sequence() + 1;
            if (event.sequence() != expected) {
                broken = new AssertionError("event " + event.sequence() + " instead of " + expected);
                throw broken;
            }
            stored.add(event);
        }
    }

    private void fail() {
        if (failuresLeft.get() > 0) {
            failuresLeft.decrementAndGet();
            failures.incrementAndGet();
            throw new IllegalStateException("the store is away");
        }
    }

    synchronized void empty() {
        stored.clear();
    }

    synchronized int size() {
        return stored.size();
    }

    synchronized List<EngineEvent> copy() {
        if (broken != null) {
            throw broken;
        }
        return List.copyOf(stored);
    }
}
