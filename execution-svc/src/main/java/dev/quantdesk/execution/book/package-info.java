/**
 * The price-time order book of one market, in whole ticks and lots. Pure data structure: no clock, no I/O, one thread.
 * Called by the order engine only; knows nothing of accounts, intents or events.
 */
package dev.quantdesk.execution.book;
