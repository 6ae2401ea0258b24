package dev.quantdesk.execution.book;

/** The side of an order. The ordinal is part of the journal's format: append only. */
public enum Side {
    BUY,
    SELL;

    public Side opposite() {
        return this == BUY ? SELL : BUY;
    }

    /** Whether an order on this side with this limit trades with a resting order at {@code restingPriceTicks}. */
    public boolean crosses(long limitPriceTicks, long restingPriceTicks) {
        return this == BUY ? restingPriceTicks <= limitPriceTicks : restingPriceTicks >= limitPriceTicks;
    }

    /** {@code lots} with the sign a fill on this side adds to a position: positive for a buy. */
    public long signed(long lots) {
        return this == BUY ? lots : -lots;
    }
}
