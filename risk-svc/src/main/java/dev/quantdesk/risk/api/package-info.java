/**
 * The gRPC methods of risk-svc: reads requests, asks {@code account} and {@code ledger}, writes answers and refusals.
 * Bound by {@code RiskParts}; nothing calls it from inside.
 */
package dev.quantdesk.risk.api;
