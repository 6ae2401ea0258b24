/**
 * The arithmetic of margin in one market: position, open lots, requirement. Pure: no clock, no I/O, no threads, whole
 * ticks, lots and millionths of a USDC only. Used by {@code account}.
 */
package dev.quantdesk.risk.margin;
