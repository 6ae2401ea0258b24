package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import java.util.Objects;

/**
 * What an order waits for before it goes to work.
 *
 * @param source the price that is watched
 * @param value what {@code kind} says of it
 */
public record Trigger(Kind kind, PriceSource source, long value) {
    /** For an order that goes to work at once. */
    public static final Trigger NONE = new Trigger(Kind.NONE, PriceSource.MARK, 0);

    public static final long TRAIL_BPS_MAX = 5_000;
    private static final long BPS = 10_000;

    /** The ordinal is part of the journal's format: append only. */
    public enum Kind {
        /** Waits for nothing; the value is 0. */
        NONE,
        /** A buy waits for the price to rise to the value in ticks, a sell for it to fall to it. */
        STOP,
        /** A buy waits for the price to fall to the value in ticks, a sell for it to rise to it. */
        TAKE_PROFIT,
        /** A stop that follows the best price since it was placed, the value in ticks behind it. */
        TRAIL_TICKS,
        /** A stop that follows the best price since it was placed, the value in hundredths of a percent behind it. */
        TRAIL_BPS
    }

    public Trigger {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(source, "source");
        Arguments.range("trigger value", value, kind == Kind.NONE ? 0 : 1, kind == Kind.NONE ? 0 : Long.MAX_VALUE);
    }

    /** Whether an order with it waits at all. */
    public boolean waits() {
        return kind != Kind.NONE;
    }

    public boolean trails() {
        return kind == Kind.TRAIL_TICKS || kind == Kind.TRAIL_BPS;
    }

    /** Whether an order of this side fires when the price is at or above its level, rather than at or below. */
    boolean firesAbove(Side side) {
        return (side == Side.BUY) != (kind == Kind.TAKE_PROFIT);
    }

    /** The level of a stop that trails the best price {@code extremeTicks}, within 1 to {@code maxTicks}. */
    long trailingLevel(Side side, long extremeTicks, long maxTicks) {
        long distance = kind == Kind.TRAIL_TICKS ? value : Math.max(1, mulDiv(extremeTicks, value));
        return side == Side.SELL
                ? Math.max(1, extremeTicks - Math.min(distance, extremeTicks))
                : Math.min(maxTicks, extremeTicks + Math.min(distance, maxTicks));
    }

    /** Split, so that the product can't overflow. */
    private static long mulDiv(long ticks, long bps) {
        return ticks / BPS * bps + ticks % BPS * bps / BPS;
    }

    Trigger withValue(long newValue) {
        return new Trigger(kind, source, newValue);
    }
}
