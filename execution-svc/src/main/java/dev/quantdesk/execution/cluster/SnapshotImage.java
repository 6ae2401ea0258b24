package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import io.aeron.Image;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** A recorded snapshot's chunks as the archive replays them: each is one fragment. One thread. */
final class SnapshotImage implements SnapshotReader.ChunkSource {
    private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private final Image image;
    private final IntConsumer idle;
    private byte[] chunk;

    /** @param idle is told how much was done, and waits when it was nothing */
    SnapshotImage(Image image, IntConsumer idle) {
        this.image = image;
        this.idle = idle;
    }

    @Override
    public byte[] next() {
        chunk = null;
        long deadline = System.nanoTime() + SILENCE_NANOS_MAX;
        while (chunk == null) {
            int work = image.poll(
                    (buffer, offset, length, header) -> {
                        chunk = new byte[length];
                        buffer.getBytes(offset, chunk);
                    },
                    1);
            if (work == 0 && (image.isClosed() || image.isEndOfStream())) {
                throw new SnapshotException("the snapshot is cut short at its byte " + image.position());
            }
            if (work == 0 && System.nanoTime() - deadline > 0) {
                throw new SnapshotException(
                        "the archive does not go on with the snapshot at its byte " + image.position());
            }
            idle.accept(work);
        }
        return chunk;
    }
}
