package dev.quantdesk.bench.book;

/**
 * A price-time order book as the messages of a {@link MessageTape} see it. Every outcome goes into a {@link Report}, so that two
 * books that differ anywhere differ in their digests.
 */
public interface TestedBook {
    /** Trades what crosses; the rest joins the book. The id is new. */
    void limit(long orderId, boolean buy, long price, long lots);

    /** Trades what crosses; the rest is dropped. */
    void immediate(long orderId, boolean buy, long price, long lots);

    void cancel(long orderId);

    /** Makes an order smaller in its place; by all of it or more takes it out. */
    void reduce(long orderId, long lots);

    /** Takes an order out and enters what is left of it at another price, last in line. */
    void move(long orderId, long price);

    Report report();

    /** The best {@code levels} of a side, best first: price and lots in turn. */
    long[] depth(boolean buy, int levels);
}
