package dev.quantdesk.marketdata.book;

/** A side of an order book; for a trade, the side of the order that took liquidity. */
public enum BookSide {
    BUY,
    SELL
}
