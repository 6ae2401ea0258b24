package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.List;

/**
 * Where a {@link LogFollower} delivers events: a projection or a stream. Called by one thread, which it may block.
 * What it throws is logged, and the same call is repeated after a pause, for as long as it takes: nothing is skipped.
 */
public interface FollowerSink {
    /** The sequence of the last event the sink has stored for good, 0 if none. Asked at the start of every pass, and every few seconds while nothing happens. */
    long resumeAfterSequence();

    /**
     * Stores 1 to {@link LogFollower#BATCH_EVENTS_MAX} events with consecutive sequences. A batch that failed comes
     * again, and may have been stored in part: storing must be all or nothing, or idempotent.
     *
     * @throws SinkResetException when the sink has lost state: {@link #resumeAfterSequence()} is asked again, and the
     *     log is read from far enough back
     */
    void accept(List<EngineEvent> events);
}
