package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.OrderBook;

/** One market: its rules, what rests in it, and what waits for its prices. */
record Market(MarketRules rules, OrderBook book, PriceWatch watch) {}
