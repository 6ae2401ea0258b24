/**
 * The insight service as its contract describes it: request checks, refusals, and the way from domain values to
 * messages. Wired by Main; reads order flow and insights.
 */
package dev.quantdesk.intelligence.api;
