/**
 * Rate limits as token buckets in Redis, answered in the gateway's own protocol. Called by Main only; whoever configures the
 * gateway reads the limits with {@link dev.quantdesk.auth.limit.Limits#read} too.
 */
package dev.quantdesk.auth.limit;
