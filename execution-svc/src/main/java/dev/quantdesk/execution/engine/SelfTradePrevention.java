package dev.quantdesk.execution.engine;

/** What happens when an order meets one of its own account, or of another account of the same owner. The ordinal is part of the journal's format: append only. */
public enum SelfTradePrevention {
    /** What is left of the incoming order is cancelled. */
    EXPIRE_TAKER,
    /** The resting order is cancelled, and the incoming one goes on. */
    EXPIRE_MAKER,
    /** Both are cancelled. */
    EXPIRE_BOTH,
    /** They trade, unless both are of one account and one of them is reduce-only: then it is as with {@link #EXPIRE_TAKER}. */
    NONE
}
