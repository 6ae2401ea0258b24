/**
 * What each account carries: collateral, positions, open orders, reservations, and the decision whether one more
 * order fits. Pure state: time comes in as an argument. {@code events} and {@code ledger} change it, {@code api} asks
 * it.
 */
package dev.quantdesk.risk.account;
