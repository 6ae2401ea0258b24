/**
 * Settlement: batches fills into Solana transactions and brings each to confirmation, recording every step in the
 * engine's log. Fed by the engine's events; started by the service's wiring, called by nothing else.
 */
package dev.quantdesk.execution.settlement;
