package dev.quantdesk.execution.cluster;

import java.time.Duration;

/**
 * When the leader has snapshots taken, of every member. The engine stands still meanwhile.
 *
 * @param messages log entries after which one is taken, 1,000 or more; at a heavy load no more than one a minute
 * @param interval time after which one is taken where anything happened; 1 minute to 30 days
 */
public record SnapshotPolicy(long messages, Duration interval) {
    static final Duration PAUSE_MIN = Duration.ofMinutes(1);
    private static final Duration INTERVAL_MAX = Duration.ofDays(30);

    public static final SnapshotPolicy DEFAULT = new SnapshotPolicy(1_000_000, Duration.ofHours(1));

    public SnapshotPolicy {
        if (messages < 1_000) {
            throw new IllegalArgumentException("a snapshot every " + messages + " log entries, not every 1000 or more");
        }
        if (interval.compareTo(PAUSE_MIN) < 0 || interval.compareTo(INTERVAL_MAX) > 0) {
            throw new IllegalArgumentException("a snapshot every " + interval + ", not every 1 minute to 30 days");
        }
    }

    /** @param elapsed since the last one, or the start */
    boolean isDue(long messagesSince, Duration elapsed) {
        return messagesSince > 0
                && (elapsed.compareTo(interval) >= 0 || messagesSince >= messages && elapsed.compareTo(PAUSE_MIN) >= 0);
    }
}
