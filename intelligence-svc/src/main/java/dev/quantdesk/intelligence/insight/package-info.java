/**
 * What stands out in a market, from detection to the stream that keeps it. The detector is pure; publisher and log
 * talk to Redis. Wired by Main, read by the API.
 */
package dev.quantdesk.intelligence.insight;
