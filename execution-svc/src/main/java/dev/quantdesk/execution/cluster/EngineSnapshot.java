package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.List;

/**
 * What a snapshot of a node holds, in this order: how far the engine was, when its timer is due, the engine, and what each
 * {@link SavedListener} has made of its events. A follower of the log stops after the engine.
 */
final class EngineSnapshot {
    private static final String NAME = "quantdesk-engine-snapshot";
    private static final int VERSION = 1;
    private static final int LISTENERS_MAX = 64;
    private static final int NAME_LENGTH_MAX = 64;

    private EngineSnapshot() {}

    /**
     * How it begins.
     *
     * @param sequence the engine's last event
     * @param timerMillis when the engine's timer is due, as it was last scheduled
     */
    record Header(long sequence, long timerMillis) {}

    static void save(Header header, EngineReplica replica, List<SavedListener> listeners, SnapshotWriter out) {
        out.section(NAME, VERSION).int64(header.sequence()).int64(header.timerMillis());
        replica.save(out);
        out.int32(listeners.size());
        for (SavedListener listener : listeners) {
            out.text(listener.name());
            listener.save(out);
        }
        out.end();
    }

    static Header readHeader(SnapshotReader in) {
        in.section(NAME, VERSION);
        return new Header(in.int64(), in.int64());
    }

    /** Follows {@link #readHeader}. */
    static void readEngine(Header header, EngineReplica replica, SnapshotReader in) {
        replica.load(in);
        if (replica.sequence() != header.sequence()) {
            throw new SnapshotException("the snapshot's engine is at sequence " + replica.sequence() + ", not at "
                    + header.sequence() + " as its header says");
        }
    }

    /** Follows {@link #readEngine}, to the end. */
    static void readListeners(List<SavedListener> listeners, SnapshotReader in) {
        int count = in.count(LISTENERS_MAX);
        if (count != listeners.size()) {
            throw new SnapshotException(
                    "the snapshot has the memory of " + count + " listeners, and there are " + listeners.size());
        }
        for (SavedListener listener : listeners) {
            String name = in.text(NAME_LENGTH_MAX);
            if (!name.equals(listener.name())) {
                throw new SnapshotException(
                        "the snapshot has '" + name + "' where '" + listener.name() + "' was expected");
            }
            read(listener, in);
        }
        in.end();
    }

    private static void read(SavedListener listener, SnapshotReader in) {
        try {
            listener.load(in);
        } catch (SnapshotException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SnapshotException("'" + listener.name() + "' can't take over its memory: " + e.getMessage(), e);
        }
    }
}
