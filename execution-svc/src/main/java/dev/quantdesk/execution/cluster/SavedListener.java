package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/**
 * A listener whose memory stands in the engine's snapshots, beside the engine's state. After a start from one it sees the
 * events that follow it, and must then be as if it had seen all of them. What it saves may depend on events only. Called on
 * the engine's thread; what {@link #save} throws ends the snapshot, not the engine.
 */
public interface SavedListener extends EngineListener {
    /** Names its part of a snapshot; never changes. */
    String name();

    /** Writes what it has made of the events so far. */
    void save(SnapshotWriter out);

    /**
     * Takes over what it wrote. Called before the first event, if at all.
     *
     * @throws SnapshotException when it can't be read: {@link #clear} follows, and events from an earlier point
     */
    void load(SnapshotReader in);

    /** Forgets everything, as if it had seen no event. */
    void clear();
}
