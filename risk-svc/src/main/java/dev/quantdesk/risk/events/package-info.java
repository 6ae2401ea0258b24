/**
 * Follows the order engine's events and the mark prices over Redis, and stores what follows from the events in
 * Postgres. Started by {@code RiskParts}; tells {@code api} whether the accounts can be trusted.
 */
package dev.quantdesk.risk.events;
