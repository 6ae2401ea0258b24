package dev.quantdesk.execution.engine;

/** How long an order may work. The ordinal is part of the journal's format: append only. */
public enum TimeInForce {
    /** Rests until it is filled, cancelled, or its intent expires. */
    GTC,
    /** Trades what it can at once; the rest is cancelled. */
    IOC,
    /** Trades whole at once, or is refused. */
    FOK,
    /** Rests as GTC does, and no longer than until a time of its own. */
    GTT
}
