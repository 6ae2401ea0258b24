package dev.quantdesk.execution.engine;

/** Why what was left of an accepted order was cancelled. */
public enum CancelReason {
    /** Its account asked for it. */
    USER_REQUEST,
    /** An order that may not rest was filled in part. */
    IOC_REMAINDER,
    /** An order that may not rest met nothing at its price. */
    NO_LIQUIDITY,
    /** The signed intent reached its expiry. */
    INTENT_EXPIRED,
    /** A reduce-only order has nothing left to reduce. */
    REDUCE_ONLY,
    /** It would have met an order of its own account. */
    SELF_TRADE,
    /** A good-till-time order reached its time. */
    TIME_REACHED,
    /**
     * Its trigger fired, an amendment moved it or it followed its price, when the market's book had no room left for it; or it slid,
     * and there was no price left at which it would not have traded.
     */
    BOOK_FULL,
    /** The account's kill switch was not armed again in time. */
    KILL_SWITCH,
    /** The session it was placed through has ended. */
    DISCONNECTED,
    /** The entry of its bracket ended, and nothing that it filled falls to this exit. */
    ENTRY_ENDED,
    /** An exit of its bracket fired or traded, so that the entry enters no more. */
    EXIT_STARTED,
    /** Other orders of its bracket have traded all that it could have. */
    SIBLING_FILLED,
    /** A quote was left when its auction ended. */
    AUCTION_ENDED,
    /** The duration of a TWAP is over. */
    SCHEDULE_ENDED;

    /** Whether the order came to its end by the clock alone. */
    public boolean isExpiry() {
        return this == INTENT_EXPIRED || this == TIME_REACHED;
    }
}
