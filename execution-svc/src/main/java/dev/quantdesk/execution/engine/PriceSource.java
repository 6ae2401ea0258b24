package dev.quantdesk.execution.engine;

/** The price that an order waits for or follows. The ordinal is part of the journal's format: append only. */
public enum PriceSource {
    /** The market's mark price, as commands tell it. */
    MARK,
    /** The market's index price, as commands tell it. */
    INDEX,
    /** The price of the last trade in the engine's own book. */
    LAST;

    /**
     * Age in milliseconds up to which a price from outside tells what the market is like. An older one counts as not known
     * when an order is to begin by it.
     */
    public static final long FRESH_MILLIS = 5_000;

    /** Whether commands tell the price, so that it ages where none come. */
    boolean isFromOutside() {
        return this != LAST;
    }
}
