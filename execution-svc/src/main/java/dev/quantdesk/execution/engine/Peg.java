package dev.quantdesk.execution.engine;

import java.util.Objects;

/**
 * The price that a pegged order follows.
 *
 * @param follows whether it follows one; the other two mean nothing if not
 * @param offsetTicks added to the price followed
 */
public record Peg(boolean follows, PriceSource source, long offsetTicks) {
    /** For an order with a price of its own. */
    public static final Peg NONE = new Peg(false, PriceSource.MARK, 0);

    public static final long OFFSET_TICKS_MAX = 1L << 40;

    public Peg {
        Objects.requireNonNull(source, "source");
        Arguments.range("peg offset", offsetTicks, -OFFSET_TICKS_MAX, OFFSET_TICKS_MAX);
    }
}
