/**
 * Collateral: the double-entry ledger in Postgres, and the faucet that gives out test funds on the local chain only.
 * Called by {@code api}; knows nothing of margin.
 */
package dev.quantdesk.risk.ledger;
