package dev.quantdesk.execution.engine;

/** How an auction ended. */
public enum AuctionOutcome {
    /** Quotes filled the taker whole before the time was up. */
    FILLED,
    /** The time was up: quotes and book filled what they could. */
    TIME_UP,
    /** Another order of the taker's side came to take from the book: quotes and book filled the taker first. */
    OVERTAKEN,
    /** The taker's order ended. */
    TAKER_ENDED
}
