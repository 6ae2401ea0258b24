package dev.quantdesk.execution.settlement;

/** Pauses that double from failure to failure up to a bound. Not thread-safe. */
final class Backoff {
    private static final int DOUBLINGS_MAX = 30;

    private final long minMillis;
    private final long maxMillis;
    private int failures;
    private long retryAtMillis;

    Backoff(long minMillis, long maxMillis) {
        this.minMillis = minMillis;
        this.maxMillis = maxMillis;
    }

    /** The pause after so many failures in a row, from 1. */
    static long pauseMillis(int failures, long minMillis, long maxMillis) {
        return Math.min(maxMillis, minMillis << Math.min(failures - 1, DOUBLINGS_MAX));
    }

    void failed(long nowMillis) {
        failures++;
        retryAtMillis = nowMillis + pauseMillis(failures, minMillis, maxMillis);
    }

    /** @return whether this ends a run of failures */
    boolean succeeded() {
        boolean recovered = failures > 0;
        failures = 0;
        retryAtMillis = 0;
        return recovered;
    }

    boolean isFailing() {
        return failures > 0;
    }

    boolean mayTry(long nowMillis) {
        return nowMillis >= retryAtMillis;
    }

    long retryAtMillis() {
        return retryAtMillis;
    }
}
