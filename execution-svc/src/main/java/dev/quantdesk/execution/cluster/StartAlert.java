package dev.quantdesk.execution.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Keeps the threads of a node from sleeping while it starts. Who starts it asks the driver for some thirty things one after the
 * other, and is not in the group that wakes it: each would wait out a sleep.
 */
final class StartAlert implements AutoCloseable {
    /** A start that takes longer, of a member that waits for others say, goes on at the pace of an idle node. */
    private static final long NANOS_MAX = Duration.ofMinutes(1).toNanos();

    private static final long WAKE_NANOS = Duration.ofMillis(1).toNanos();

    private final WakeGroup wakeGroup;
    private final BooleanSupplier live;
    private final Thread thread =
            Thread.ofPlatform().name("engine-start").daemon().unstarted(this::run);
    private volatile boolean closed;

    private StartAlert(WakeGroup wakeGroup, BooleanSupplier live) {
        this.wakeGroup = wakeGroup;
        this.live = live;
    }

    /** @param live whether the start is over; asked by another thread */
    static StartAlert begin(WakeGroup wakeGroup, BooleanSupplier live) {
        StartAlert alert = new StartAlert(wakeGroup, live);
        alert.thread.start();
        return alert;
    }

    private void run() {
        long begin = System.nanoTime();
        while (!closed && !live.getAsBoolean() && System.nanoTime() - begin < NANOS_MAX) {
            wakeGroup.wakeAll();
            LockSupport.parkNanos(this, WAKE_NANOS);
        }
    }

    /** The start is given up, or the node. Does not wait; any thread. */
    @Override
    public void close() {
        closed = true;
    }
}
