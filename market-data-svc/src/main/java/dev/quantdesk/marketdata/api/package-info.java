/**
 * The market data service as its contract describes it: request checks, refusals, and the way from domain values to
 * messages. Wired by Main; reads the channels.
 */
package dev.quantdesk.marketdata.api;
