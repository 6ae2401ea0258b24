package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;

/**
 * Sees every event of this node's engine as it happens, for views kept in memory. Called on the engine's own thread:
 * it must return at once. What it throws is logged and does not reach the engine. A node that starts from a snapshot shows
 * the events after it only: a listener that has to know of those before is a {@link SavedListener}.
 */
@FunctionalInterface
public interface EngineListener {
    /** @param replaying true while the log is re-read at start: the event happened before, perhaps long ago. */
    void onEvent(EngineEvent event, boolean replaying);

    /** The log has been re-read and the member takes part in the cluster; from now on events are new. {@code sequence} is the last event's, 0 if none. */
    default void onLive(long sequence) {}

    /** This member leads the cluster from now on, and has seen every event that was ever acknowledged; or it no longer leads. */
    default void onLeadership(boolean leader) {}
}
