package dev.quantdesk.bench.book;

/** A digest of everything that a book has reported, in order. */
public final class Report {
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private long digest;
    private long trades;
    private long tradedLots;

    public void trade(long takerId, long makerId, long price, long lots) {
        add(takerId);
        add(makerId);
        add(price);
        add(lots);
        trades++;
        tradedLots += lots;
    }

    /** Lots of an order that are in the book no more, without a trade; 0 where the order was not known. */
    public void removed(long orderId, long lots) {
        add(~orderId);
        add(lots);
    }

    private void add(long word) {
        digest = (Long.rotateLeft(digest, 23) ^ word) * MIX;
    }

    public long digest() {
        return digest;
    }

    public long trades() {
        return trades;
    }

    public long tradedLots() {
        return tradedLots;
    }
}
