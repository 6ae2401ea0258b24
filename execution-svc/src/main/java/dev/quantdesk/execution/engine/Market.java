package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.OrderBook;

/** One market: its rules and what rests in it. */
record Market(MarketRules rules, OrderBook book) {}
