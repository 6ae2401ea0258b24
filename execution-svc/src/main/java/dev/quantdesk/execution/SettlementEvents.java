package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.settlement.SettlementWorker;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/** The engine's events on their way to settlement, which knows nothing of the cluster. */
record SettlementEvents(SettlementWorker worker) implements SavedListener {
    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        worker.onEvent(event, replaying);
    }

    @Override
    public String name() {
        return "settlement";
    }

    @Override
    public void save(SnapshotWriter out) {
        worker.save(out);
    }

    @Override
    public void load(SnapshotReader in) {
        worker.load(in);
    }

    @Override
    public void clear() {
        worker.clear();
    }
}
