package dev.quantdesk.intelligence.insight;

import java.util.Optional;

/**
 * Finds the moments at which one market's order flow score crosses its threshold. After one it stays silent in that
 * direction until the score has been back inside the quiet band for some intervals; the other direction is reported
 * at once. Not thread-safe.
 */
public final class PressureDetector {
    private final Settings settings;
    private Side active;
    private int quietIntervals;

    /** Direction of pressure. */
    public enum Side {
        BUY,
        SELL
    }

    /**
     * When to report.
     *
     * @param threshold standard deviations at which pressure is reported, above zero
     * @param rearm standard deviations below which an interval is quiet, above zero and at most the threshold
     * @param rearmIntervals quiet intervals in a row after which the same direction is reported again, at least 1
     */
    public record Settings(double threshold, double rearm, int rearmIntervals) {
        public Settings {
            if (!(rearm > 0 && rearm <= threshold && threshold < Double.POSITIVE_INFINITY) || rearmIntervals < 1) {
                throw new IllegalArgumentException(
                        "threshold " + threshold + ", rearm " + rearm + ", rearm intervals " + rearmIntervals);
            }
        }
    }

    public PressureDetector(Settings settings) {
        this.settings = settings;
    }

    /** Takes the score of the next interval. @return the direction to be reported, if any */
    public Optional<Side> observe(double score) {
        if (Math.abs(score) < settings.rearm()) {
            if (++quietIntervals >= settings.rearmIntervals()) {
                active = null;
            }
            return Optional.empty();
        }
        quietIntervals = 0;
        if (Math.abs(score) < settings.threshold()) {
            return Optional.empty();
        }
        Side side = score > 0 ? Side.BUY : Side.SELL;
        if (side == active) {
            return Optional.empty();
        }
        active = side;
        return Optional.of(side);
    }
}
