package dev.quantdesk.risk.margin;

/** Side of an order. */
public enum Side {
    BUY,
    SELL;

    public Side opposite() {
        return this == BUY ? SELL : BUY;
    }

    /** {@code amount} for a buy, its negative for a sell. */
    public long signed(long amount) {
        return this == BUY ? amount : Math.negateExact(amount);
    }
}
