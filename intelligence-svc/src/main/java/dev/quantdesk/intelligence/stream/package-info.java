/**
 * Hands items from one writer to many readers through bounded queues. No I/O.
 * Used by the order flow, insight and API packages; calls none of them.
 */
package dev.quantdesk.intelligence.stream;
