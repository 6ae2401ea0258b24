package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.service.ClusterCounters;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;

/** Asks a node of another process for a snapshot, by way of the memory that it shares. Blocks. */
public final class SnapshotRequest {
    private static final int CLUSTER_ID = 0;
    private static final long POLL_MILLIS = 50;

    private SnapshotRequest() {}

    /**
     * Has a snapshot taken by every member, and waits until the asked one has it.
     *
     * @param aeronDir that of a node on this machine
     * @return false when there is no node, when it does not lead, or when it is busy with another request
     * @throws IllegalStateException when it is not taken within {@code patience}
     */
    public static boolean take(Path aeronDir, Duration patience) throws InterruptedException {
        File shared = aeronDir.resolve(CncFileDescriptor.CNC_FILE).toFile();
        if (!shared.exists()) {
            return false;
        }
        CountersReader counters = ClusterControl.mapCounters(shared);
        AtomicCounter toggle = ClusterControl.findControlToggle(counters, CLUSTER_ID);
        int taken = ClusterCounters.find(counters, ConsensusModule.Configuration.SNAPSHOT_COUNTER_TYPE_ID, CLUSTER_ID);
        if (toggle == null || taken == Aeron.NULL_VALUE) {
            return false;
        }
        long before = counters.getCounterValue(taken);
        if (!ClusterControl.ToggleState.SNAPSHOT.toggle(toggle)) {
            return false;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (counters.getCounterValue(taken) == before) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the engine has not taken a snapshot within " + patience);
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
