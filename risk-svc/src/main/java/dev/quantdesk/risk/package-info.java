/**
 * risk-svc: decides whether an account can carry an order, and keeps its positions and collateral. {@code Main}
 * starts it, {@code RiskParts} puts the parts together; both may use every package below, which know nothing of them.
 */
package dev.quantdesk.risk;
