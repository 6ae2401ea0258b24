/** Rate limits as token buckets in Redis, answered in the gateway's own protocol. Called by Main only. */
package dev.quantdesk.auth.limit;
