/**
 * What drives the markets: the live venue, a recording of it, or a simulation; and the marks published from their
 * books. Each feed owns its thread. Wired by Main; calls venue, simulation and stream.
 */
package dev.quantdesk.marketdata.feed;
