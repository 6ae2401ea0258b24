package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.archive.client.AeronArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has snapshots taken when they are due, where its member leads, and deletes its member's own that newer ones have replaced.
 * On a thread of its own.
 */
final class SnapshotKeeper implements AutoCloseable {
    /** The newest, and one to fall back to. */
    static final int KEPT = 2;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);
    private static final long CHECK_MILLIS = 500;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final EngineNodeConfig config;
    private final Path clusterDirectory;
    private final EngineService service;
    private final BooleanSupplier takeSnapshot;
    private final Thread thread =
            Thread.ofPlatform().name("engine-snapshots").daemon().unstarted(this::run);
    private volatile boolean closing;

    /** @param takeSnapshot asks for a snapshot; false where it can't be taken now */
    SnapshotKeeper(
            EngineNodeConfig config, Path clusterDirectory, EngineService service, BooleanSupplier takeSnapshot) {
        this.config = config;
        this.clusterDirectory = clusterDirectory;
        this.service = service;
        this.takeSnapshot = takeSnapshot;
    }

    void start() {
        thread.start();
    }

    private void run() {
        long tidied = 0;
        try {
            while (!closing) {
                Thread.sleep(CHECK_MILLIS);
                Duration elapsed = Duration.ofNanos(System.nanoTime() - service.snapshotNanos());
                if (service.isLeader() && config.snapshots().isDue(service.messagesSinceSnapshot(), elapsed)) {
                    takeSnapshot.getAsBoolean();
                }
                long taken = service.lastSnapshot().count();
                if (taken != tidied) {
                    tidied = taken;
                    tidy();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the keeper of snapshots was closed");
        }
    }

    /** What could not be deleted now is with the next snapshot. */
    private void tidy() {
        try (Aeron aeron = AeronConnection.open(config.aeronDir(), SnapshotKeeper::warn);
                AeronArchive archive = AeronConnection.archive(aeron, SnapshotKeeper::warn)) {
            Set<Long> kept = SnapshotLog.newest(clusterDirectory, KEPT);
            for (long recording : new SnapshotArchive(aeron, archive).supersededBy(kept)) {
                archive.purgeRecording(recording);
                LOG.info("snapshot recording {} was deleted, newer ones have replaced it", recording);
            }
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.warn("snapshots that were replaced could not be deleted: {}", e.toString());
            }
        }
    }

    private static void warn(Throwable error) {
        LOG.warn("deleting snapshots: {}", error.toString());
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            if (thread.isAlive() && !thread.join(CLOSE_WAIT)) {
                LOG.warn("the keeper of snapshots has not ended within {}", CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
