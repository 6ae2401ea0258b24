package dev.quantdesk.marketdata.stream;

import java.time.Instant;

/** Epochs: Unix milliseconds of their start, so that no two are alike over restarts, and growing in any case. */
final class Epoch {
    private Epoch() {}

    static long after(long previous, Instant now) {
        return Math.max(previous + 1, now.toEpochMilli());
    }
}
