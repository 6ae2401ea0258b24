package dev.quantdesk.execution.engine;

/** Where an order stands. The ordinal is part of the reply format: append only. */
public enum OrderStatus {
    /** Resting, nothing filled yet. */
    OPEN,
    /** Resting, filled in part. */
    PARTIALLY_FILLED,
    /** Filled whole; not every trade is confirmed on chain yet. */
    FILLED,
    /** Closed with lots left over, which may come after fills that are not all confirmed yet. */
    CANCELLED,
    /** Closed because its intent expired, which may come after fills that are not all confirmed yet. */
    EXPIRED,
    /** Closed, has trades, and every one of them is confirmed on chain. */
    SETTLED,
    /** Waits for its trigger, outside the book. */
    UNTRIGGERED,
    /** Waits for its bracket: for the entry's fills, or for its time. */
    PENDING,
    /** Takes part in an auction, as its taker or as a quote; nothing filled yet. */
    IN_AUCTION;

    /** Whether anything of it may still trade. */
    public boolean isOpen() {
        return this == OPEN || this == PARTIALLY_FILLED || this == UNTRIGGERED || this == PENDING || this == IN_AUCTION;
    }
}
