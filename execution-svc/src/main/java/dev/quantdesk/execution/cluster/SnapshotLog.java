package dev.quantdesk.execution.cluster;

import io.aeron.cluster.RecordingLog;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the consensus module has written down of its snapshots: from which a member starts, and which it no longer needs. */
final class SnapshotLog {
    private SnapshotLog() {}

    /**
     * Takes snapshots out of the list, of a member that does not run: it starts from the one before then, or from the log's
     * first entry.
     *
     * @param all whether all of them, not the newest alone
     * @return whether there was one
     */
    static boolean discard(Path clusterDirectory, boolean all) {
        try (RecordingLog log = new RecordingLog(clusterDirectory.toFile(), false)) {
            boolean found = log.invalidateLatestSnapshot();
            while (found && all) {
                if (!log.invalidateLatestSnapshot()) {
                    break;
                }
            }
            log.force(2);
            return found;
        }
    }

    /** The recordings of the newest {@code count} snapshots, the cluster's own part and the engine's. */
    static Set<Long> newest(Path clusterDirectory, int count) {
        try (RecordingLog log = new RecordingLog(clusterDirectory.toFile(), false)) {
            List<RecordingLog.Entry> snapshots = log.entries().stream()
                    .filter(entry -> entry.isValid && entry.type == RecordingLog.ENTRY_TYPE_SNAPSHOT)
                    .toList();
            Set<Long> positions = snapshots.stream()
                    .map(entry -> entry.logPosition)
                    .distinct()
                    .sorted(Comparator.reverseOrder())
                    .limit(count)
                    .collect(Collectors.toSet());
            return snapshots.stream()
                    .filter(entry -> positions.contains(entry.logPosition))
                    .map(entry -> entry.recordingId)
                    .collect(Collectors.toSet());
        }
    }
}
