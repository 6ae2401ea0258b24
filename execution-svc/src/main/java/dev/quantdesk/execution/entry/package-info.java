/** The way of an order in: what is checked, in which order, and what is answered. Called by the service's methods; calls risk and engine. */
package dev.quantdesk.execution.entry;
