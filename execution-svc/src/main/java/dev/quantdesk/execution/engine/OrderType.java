package dev.quantdesk.execution.engine;

/** How an order is priced. The ordinal is part of the journal's format: append only. */
public enum OrderType {
    /** Trades at its price or better. */
    LIMIT,
    /** Trades at once or not at all, no worse than the protection price its intent was signed with. */
    MARKET
}
