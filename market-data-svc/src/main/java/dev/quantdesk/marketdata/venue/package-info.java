/**
 * The wire format of Kraken Futures' public WebSocket feed, version 1: frames in, subscriptions out. Pure.
 * Called by the feeds; knows nothing of books and readers.
 */
package dev.quantdesk.marketdata.venue;
