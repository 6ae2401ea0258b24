package dev.quantdesk.execution.engine;

/**
 * Why a command was refused. Each constant says what {@link Reply.Refused#value()} and {@link Reply.Refused#bound()}
 * hold for it. The ordinal is part of the reply format: append only.
 */
public enum RefusalReason {
    /** No such market. Value: the market id. */
    UNKNOWN_MARKET,
    /** Value: the lots asked for. Bound: the least or the most lots an order of this market may have. */
    BAD_QUANTITY,
    /** Value: the price in ticks. Bound: the nearest price allowed. */
    BAD_PRICE,
    /** Post-only needs a limit GTC order; a market order cannot be GTC. */
    UNSUPPORTED_COMBINATION,
    /** Value: the engine's time in seconds. Bound: the intent's expiry in seconds. */
    INTENT_EXPIRED,
    /** Value: the intent's expiry in seconds. Bound: the latest expiry accepted now, in seconds. */
    INTENT_LIFE_TOO_LONG,
    /** The signer has used this nonce for an order whose intent has not expired. Value: the nonce. */
    NONCE_REPLAYED,
    /** The account has used this client order id for another order. Value: that order's id. */
    CLIENT_ORDER_ID_REUSED,
    /** Value: the price in ticks. Bound: the best opposite price in ticks. */
    POST_ONLY_WOULD_CROSS,
    /** Value: the lots asked for. Bound: the lots that could have been filled. */
    FOK_NOT_FILLABLE,
    /** Value: the lots asked for. Bound: the account's position in lots, negative when short. */
    REDUCE_ONLY_WOULD_INCREASE,
    /** Value: open orders with this one. Bound: the limit, of the account or of the whole engine. */
    TOO_MANY_OPEN_ORDERS,
    /** Value: live intents with this one. Bound: the limit, of the signer or of the whole engine. */
    TOO_MANY_LIVE_INTENTS,
    /** Value: accounts with this one. Bound: the limit. */
    TOO_MANY_ACCOUNTS,
    /** Settlement is too far behind. Value: trades not confirmed yet. Bound: the limit. */
    TOO_MANY_UNSETTLED_TRADES,
    /** Value: the size in lots the position might reach. Bound: the limit. */
    POSITION_TOO_LARGE,
    /** Value: resting orders in the market's book. Bound: the limit. */
    BOOK_FULL,
    /** The order was placed before; appears in events only, to free the repeat's own reservation. */
    DUPLICATE,
    /** The account has no such order. Value: the order id asked for, or 0. */
    ORDER_NOT_FOUND,
    /** A cancel came after the order was filled whole. Value: the order id. Bound: the filled lots. */
    ORDER_FILLED,
    /** Value: the first trade id that does not exist, or occurs twice in the command. */
    BAD_TRADE_ID,
    /** A confirmed trade cannot be submitted again. Value: the first such trade id. */
    TRADE_ALREADY_CONFIRMED,
    /** The command's bytes could not be read. */
    MALFORMED_COMMAND,
    /** A good-till-time order's time is past, or after its intent's expiry. Value: the time. Bound: now, or the expiry; Unix milliseconds. */
    BAD_EXPIRE_TIME,
    /** A trigger or an offset out of range, or a trigger beyond the worst price of its market order. Value: it. Bound: the nearest allowed. */
    BAD_TRIGGER,
    /** The trigger would fire at once. Value: the trigger in ticks. Bound: the price as it is, in ticks. */
    TRIGGER_REACHED,
    /** The price that the order waits for or follows is not known, or too old to begin by. Value: the ordinal of its {@link PriceSource}. */
    REFERENCE_PRICE_UNKNOWN,
    /** Value: the lots asked for. Bound: the lots that have traded, which the order has to stay above. */
    AMEND_BELOW_FILLED,
    /** A closed order, or one whose kind has nothing of what is to be amended. Value: the order id. */
    NOT_AMENDABLE,
    /** An amended price is outside the signed intent. Value: the price. Bound: the intent's price; both in ticks. */
    AMEND_PRICE_BEYOND_INTENT,
    /** An amended quantity is outside the signed intent. Value: the lots. Bound: the intent's lots. */
    AMEND_QUANTITY_BEYOND_INTENT,
    /** A trade that another transaction may still settle cannot be submitted again. Value: the first such trade id. */
    TRADE_ALREADY_SUBMITTED,
    /** The session that the order was to be placed through is over, or never began. */
    SESSION_ENDED,
    /** Value: sessions with this one. Bound: the limit. */
    TOO_MANY_SESSIONS,
    /** The account belongs to another owner than the order says. */
    OWNER_MISMATCH,
    /** A time exit's time is past, or not before its intent's expiry. Value: the time. Bound: now, or the latest; Unix milliseconds. */
    BAD_EXIT_TIME,
    /** There has been no such auction. Value: the auction id. */
    AUCTION_NOT_FOUND,
    /** The auction is over. Value: the auction id. */
    AUCTION_ENDED,
    /** A quote of another market than the auction's, or of the taker's own side. Value: the auction id. */
    QUOTE_NOT_FOR_AUCTION,
    /** The quote does not improve on the book. Value: its price. Bound: the worst price that does; both in ticks. */
    QUOTE_NOT_IMPROVING,
    /** Value: quotes in the auction with this one, of all or of the account. Bound: the limit. */
    TOO_MANY_QUOTES,
    /** A slice or tip that chance might make would be too small. Value: its lots. Bound: the least it must have. */
    ALGO_CHILD_TOO_SMALL,
    /** A TWAP would end after its intent's expiry. Value: its end. Bound: the expiry; Unix milliseconds. */
    ALGO_OUTLIVES_INTENT,
    /** Value: algo orders at work with this one. Bound: the limit, of the account or of the whole engine. */
    TOO_MANY_ALGOS,
    /**
     * An amended intent would let an exit of a bracket end before its entry. Value: the intent's expiry. Bound: that of the exit or
     * entry that it does not go with; Unix milliseconds.
     */
    EXIT_ENDS_BEFORE_ENTRY,
    /**
     * An amended price or trigger would leave an exit of a bracket on the wrong side of its entry's limit. Value: it. Bound: the nearest
     * that would not; both in ticks.
     */
    EXIT_NOT_BEYOND_ENTRY
}
