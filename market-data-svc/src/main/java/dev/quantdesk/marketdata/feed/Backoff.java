package dev.quantdesk.marketdata.feed;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing pauses between tries: each up to twice the one before, with the upper half left to chance so that many
 * clients do not come back at once. Not thread-safe.
 */
final class Backoff {
    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private Duration ceiling;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
        this.ceiling = min;
    }

    /** The next pause, from half the ceiling to the ceiling. */
    Duration next() {
        long half = Math.max(1, ceiling.toMillis() / 2);
        Duration pause = Duration.ofMillis(half + random.nextLong(half + 1));
        Duration doubled = ceiling.multipliedBy(2);
        ceiling = doubled.compareTo(max) < 0 ? doubled : max;
        return pause;
    }

    /** Starts over with the shortest pause, after a success. */
    void reset() {
        ceiling = min;
    }
}
