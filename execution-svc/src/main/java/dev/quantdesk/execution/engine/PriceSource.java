package dev.quantdesk.execution.engine;

/** The price that an order waits for or follows. The ordinal is part of the journal's format: append only. */
public enum PriceSource {
    /** The market's mark price, as commands tell it. */
    MARK,
    /** The market's index price, as commands tell it. */
    INDEX,
    /** The price of the last trade in the engine's own book. */
    LAST
}
