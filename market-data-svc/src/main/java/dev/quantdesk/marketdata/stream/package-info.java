/**
 * One market's book and trades on their way from a feed to many readers: sequence, epoch, history, bounded queues.
 * Written by the market's feed, read by the API and the mark publisher. No I/O; locks are held for memory work only.
 */
package dev.quantdesk.marketdata.stream;
