package dev.quantdesk.execution.book;

/**
 * A resting order: a link in its price level's queue. Owned and recycled by its {@link OrderBook}: a reference is good
 * until the next change of the book.
 */
public final class BookOrder {
    long orderId;
    Side side;
    long priceTicks;
    long remainingLots;
    /** Of two orders at one price the one with the lower place is served first. */
    long place;

    PriceLevel level;
    BookOrder previous;
    BookOrder next;

    BookOrder() {}

    public long orderId() {
        return orderId;
    }

    public Side side() {
        return side;
    }

    public long priceTicks() {
        return priceTicks;
    }

    public long remainingLots() {
        return remainingLots;
    }
}
