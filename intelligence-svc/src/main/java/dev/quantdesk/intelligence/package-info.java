/**
 * intelligence-svc: reads the markets' order flow and says what stands out. {@code Main} wires followers to meters,
 * meters to detectors and both to the API; nothing calls this package.
 */
package dev.quantdesk.intelligence;
