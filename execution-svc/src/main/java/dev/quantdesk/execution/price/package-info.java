/** The prices from outside that orders wait for or follow. */
package dev.quantdesk.execution.price;
