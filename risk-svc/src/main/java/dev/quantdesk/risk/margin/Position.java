package dev.quantdesk.risk.margin;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What an account holds in one market. {@code lots} and {@code quote} are exact sums over its trades, so that over all
 * accounts each adds up to zero. Immutable.
 *
 * @param lots above zero for long, below for short
 * @param quote what was received less what was paid, in ticks times lots; −ticks·lots for a buy, +ticks·lots for a sell
 * @param entry cost of the open lots at their average entry price, in ticks times lots, never below zero; closing a
 *     part
 *     takes its share away, rounded half-even, which moves a fraction of a tick between realised and unrealised profit
 *     and leaves their sum exact
 */
public record Position(long lots, long quote, long entry) {
    public static final Position FLAT = new Position(0, 0, 0);

    public Position {
        if (entry < 0 || (lots == 0 && entry != 0)) {
            throw new IllegalArgumentException("a position of " + lots + " lots can't have cost " + entry);
        }
    }

    /** The position after a trade. @throws ArithmeticException when a sum does not fit a long */
    public Position traded(Side side, long ticks, long tradedLots) {
        long notional = Math.multiplyExact(ticks, tradedLots);
        return new Position(
                Math.addExact(lots, side.signed(tradedLots)),
                Math.subtractExact(quote, side.signed(notional)),
                entryAfter(side, ticks, tradedLots, notional));
    }

    private long entryAfter(Side side, long ticks, long tradedLots, long notional) {
        boolean adds = lots == 0 || (lots > 0) == (side == Side.BUY);
        if (adds) {
            return Math.addExact(entry, notional);
        }
        long open = Math.absExact(lots);
        if (tradedLots >= open) {
            return Math.multiplyExact(tradedLots - open, ticks);
        }
        return BigDecimal.valueOf(entry)
                .multiply(BigDecimal.valueOf(open - tradedLots))
                .divide(BigDecimal.valueOf(open), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    /** Profit of the lots that were closed, in ticks times lots. */
    public long realised() {
        return Math.addExact(quote, signedEntry());
    }

    /** Profit of the open lots at {@code markTicks}, in ticks times lots. */
    public long unrealised(long markTicks) {
        return Math.subtractExact(Math.multiplyExact(lots, markTicks), signedEntry());
    }

    /** Realised and unrealised profit together, in ticks times lots. */
    public long profit(long markTicks) {
        return Math.addExact(quote, Math.multiplyExact(lots, markTicks));
    }

    /** Lots that orders on {@code side} can close, never below zero. */
    public long closableBy(Side side) {
        return Math.max(0, side == Side.SELL ? lots : Math.negateExact(lots));
    }

    private long signedEntry() {
        return lots < 0 ? -entry : entry;
    }
}
