package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.agrona.DirectBuffer;

/** Where a snapshot's chunks are recorded, each as one fragment. One thread. */
final class SnapshotPublication implements SnapshotWriter.ChunkSink {
    private static final long BACK_PRESSURE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private final ExclusivePublication publication;
    private final IntConsumer idle;

    /** @param idle is told how much was done, and waits when it was nothing */
    SnapshotPublication(ExclusivePublication publication, IntConsumer idle) {
        this.publication = publication;
        this.idle = idle;
    }

    SnapshotWriter writer() {
        return new SnapshotWriter(publication.maxPayloadLength(), this);
    }

    @Override
    public void accept(DirectBuffer chunk, int length) {
        long deadline = System.nanoTime() + BACK_PRESSURE_NANOS_MAX;
        while (true) {
            long result = publication.offer(chunk, 0, length);
            if (result > 0) {
                idle.accept(1);
                return;
            }
            boolean passes = result == Publication.BACK_PRESSURED || result == Publication.ADMIN_ACTION;
            if (!passes || System.nanoTime() - deadline > 0) {
                throw new SnapshotException("the archive takes no snapshot: " + Publication.errorString(result));
            }
            idle.accept(0);
        }
    }
}
