/**
 * market-data-svc: markets, reference order books and trades. {@code Main} wires feeds to channels and channels to
 * the API; nothing calls this package.
 */
package dev.quantdesk.marketdata;
