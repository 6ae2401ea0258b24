package dev.quantdesk.intelligence.orderflow;

/**
 * Order flow imbalance at the best prices: Cont, Kukanov and Stoikov, "The Price Impact of Order Book Events", 2014.
 */
public final class OrderFlowImbalance {
    private OrderFlowImbalance() {}

    /**
     * What one change of the best quote adds to the imbalance, in the book's quantity unit; above zero for buying
     * pressure.
     *
     * <p>The comparisons are non-strict, so that at an unchanged price both terms of a side count and their
     * difference is the change of its size.
     */
    public static double contribution(BestQuote before, BestQuote after) {
        int bidMove = after.bidPrice().compareTo(before.bidPrice());
        int askMove = after.askPrice().compareTo(before.askPrice());
        double demand = (bidMove >= 0 ? after.bidSize() : 0) - (bidMove <= 0 ? before.bidSize() : 0);
        double supply = (askMove <= 0 ? after.askSize() : 0) - (askMove >= 0 ? before.askSize() : 0);
        return demand - supply;
    }
}
