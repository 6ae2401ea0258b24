package dev.quantdesk.risk.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, for a bounded time. */
public final class Await {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(10);

    private Await() {}

    public static void until(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > end) {
                fail("waited " + LONGEST.toSeconds() + " s in vain: " + what);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    /** Waits until {@code actual} gives what is expected; the last value is reported otherwise. */
    public static <T> void untilEquals(T expected, Callable<T> actual) throws Exception {
        long end = System.nanoTime() + LONGEST.toNanos();
        T last = actual.call();
        while (!expected.equals(last) && System.nanoTime() < end) {
            LockSupport.parkNanos(STEP.toNanos());
            last = actual.call();
        }
        assertEquals(expected, last);
    }
}
