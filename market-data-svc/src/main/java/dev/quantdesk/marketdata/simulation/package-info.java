/**
 * A seeded market for symbols without a recording: the same seed and times give the same books and trades. Pure.
 * Called by the simulated feed.
 */
package dev.quantdesk.marketdata.simulation;
