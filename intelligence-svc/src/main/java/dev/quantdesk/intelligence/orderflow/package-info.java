/**
 * Order flow imbalance of each market, from a verified copy of its order book. The arithmetic is pure; only the
 * follower calls another service. Wired by Main, read by the API.
 */
package dev.quantdesk.intelligence.orderflow;
