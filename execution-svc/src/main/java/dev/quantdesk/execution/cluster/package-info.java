/**
 * Runs the order engine as an Aeron Cluster service: the node, its client, and the follower that re-reads the log.
 * Called by the service's wiring, order entry, settlement and the projections; the engine knows nothing of it.
 */
package dev.quantdesk.execution.cluster;
