/**
 * The deterministic order engine: commands in, replies and sequenced events out. No clock, no I/O, no threads.
 * The cluster package runs it behind the replicated log; every other package reads its commands, replies and events.
 */
package dev.quantdesk.execution.engine;
