package dev.quantdesk.execution.engine;

/** What an order is within its bracket. The ordinal is part of the journal's format: append only. */
public enum LegRole {
    /** Of no bracket. */
    NONE,
    /** Opens what the exits close. */
    ENTRY,
    /** Closes a share of it at a better price. */
    TAKE_PROFIT,
    /** Closes all of it when the price goes the wrong way. */
    STOP_LOSS,
    /** Closes all of it at a time. */
    TIME_EXIT,
    /** One of several orders that exclude each other. */
    ALTERNATIVE;

    /** Whether it closes what is held. */
    public boolean isExit() {
        return this == TAKE_PROFIT || this == STOP_LOSS || this == TIME_EXIT;
    }
}
