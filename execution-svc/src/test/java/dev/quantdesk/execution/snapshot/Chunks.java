package dev.quantdesk.execution.snapshot;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** A snapshot in memory, chunk by chunk. */
public final class Chunks {
    public final List<byte[]> list = new ArrayList<>();

    /** What {@code save} writes, ended, in chunks so short that everything is cut somewhere. */
    public static Chunks of(Consumer<SnapshotWriter> save) {
        Chunks chunks = new Chunks();
        SnapshotWriter out = new SnapshotWriter(SnapshotWriter.CHUNK_LENGTH_MIN, (buffer, length) -> {
            byte[] chunk = new byte[length];
            buffer.getBytes(0, chunk);
            chunks.list.add(chunk);
        });
        save.accept(out);
        out.end();
        return chunks;
    }

    public SnapshotReader reader() {
        Iterator<byte[]> each = list.iterator();
        return new SnapshotReader(() -> {
            if (!each.hasNext()) {
                throw new SnapshotException("the snapshot is cut short");
            }
            return each.next();
        });
    }

    /** Reads all of it, to its end. */
    public void read(Consumer<SnapshotReader> load) {
        SnapshotReader in = reader();
        load.accept(in);
        in.end();
    }
}
