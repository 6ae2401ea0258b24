/** Events between services over Redis streams: publisher with idempotent ids, consumer with exactly-once effect. */
package dev.quantdesk.kit.event;
