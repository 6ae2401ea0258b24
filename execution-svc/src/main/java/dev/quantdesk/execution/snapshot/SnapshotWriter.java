package dev.quantdesk.execution.snapshot;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes fields one after the other into chunks of a bounded length, little-endian. Each chunk has its number, its length and
 * a checksum over them and what is in it. One thread.
 */
public final class SnapshotWriter {
    /** No chunk is shorter, but the last. */
    public static final int CHUNK_LENGTH_MIN = 256;

    static final int CRC_OFFSET = 0;
    static final int INDEX_OFFSET = 4;
    static final int LENGTH_OFFSET = 8;
    static final int HEADER_LENGTH = 12;

    /** In the length of the last chunk. */
    static final int LAST = 1 << 31;

    private final ChunkSink sink;
    private final byte[] bytes;
    private final UnsafeBuffer chunk;
    private final CRC32C crc = new CRC32C();
    private final Map<PublicKey, Integer> keys = new HashMap<>();
    private final Map<Object, Integer> shared = new IdentityHashMap<>();
    private int index;
    private int position = HEADER_LENGTH;
    private long bytesWritten;

    /** Takes finished chunks, during the call: the buffer is used again. */
    @FunctionalInterface
    public interface ChunkSink {
        void accept(DirectBuffer chunk, int length);
    }

    /** @param chunkLength most bytes of a chunk, with its header; {@value #CHUNK_LENGTH_MIN} or more */
    public SnapshotWriter(int chunkLength, ChunkSink sink) {
        if (chunkLength < CHUNK_LENGTH_MIN) {
            throw new IllegalArgumentException("a chunk of " + chunkLength + " bytes is too short");
        }
        this.sink = sink;
        bytes = new byte[chunkLength];
        chunk = new UnsafeBuffer(bytes);
    }

    private int room(int length) {
        if (length > bytes.length - position) {
            flush(0);
        }
        int at = position;
        position += length;
        return at;
    }

    private void flush(int flag) {
        chunk.putInt(INDEX_OFFSET, index++, ByteOrder.LITTLE_ENDIAN);
        chunk.putInt(LENGTH_OFFSET, position | flag, ByteOrder.LITTLE_ENDIAN);
        crc.reset();
        crc.update(bytes, INDEX_OFFSET, position - INDEX_OFFSET);
        chunk.putInt(CRC_OFFSET, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        sink.accept(chunk, position);
        bytesWritten += position;
        position = HEADER_LENGTH;
    }

    /** Begins a part, which the reader has to expect at this place. @param version of its layout, from 1 */
    public SnapshotWriter section(String name, int version) {
        return text(name).int32(version);
    }

    public SnapshotWriter int8(int value) {
        chunk.putByte(room(Byte.BYTES), (byte) value);
        return this;
    }

    public SnapshotWriter bool(boolean value) {
        return int8(value ? 1 : 0);
    }

    public SnapshotWriter int32(int value) {
        chunk.putInt(room(Integer.BYTES), value, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    public SnapshotWriter int64(long value) {
        chunk.putLong(room(Long.BYTES), value, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    public SnapshotWriter uuid(UUID uuid) {
        return int64(uuid.getMostSignificantBits()).int64(uuid.getLeastSignificantBits());
    }

    /** A key is written once; where it comes again, its number stands for it. */
    public SnapshotWriter key(PublicKey key) {
        Integer known = keys.get(key);
        if (known != null) {
            return int32(known);
        }
        int32(keys.size());
        keys.put(key, keys.size());
        return int64(key.w0()).int64(key.w1()).int64(key.w2()).int64(key.w3());
    }

    /**
     * A value that several parts hold: it is written once, and where the very same object comes again, its number stands for it.
     *
     * @param write writes it here
     */
    public <T> SnapshotWriter shared(T value, Consumer<T> write) {
        int number = shared.size();
        Integer known = shared.putIfAbsent(value, number);
        int32(known == null ? number : known);
        if (known == null) {
            write.accept(value);
        }
        return this;
    }

    public SnapshotWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public SnapshotWriter bytes(byte[] value) {
        int32(value.length);
        for (int from = 0; from < value.length; ) {
            int length = Math.min(value.length - from, roomForSome());
            chunk.putBytes(position, value, from, length);
            position += length;
            from += length;
        }
        return this;
    }

    public SnapshotWriter bytes(DirectBuffer value, int offset, int length) {
        int32(length);
        for (int from = 0; from < length; ) {
            int part = Math.min(length - from, roomForSome());
            chunk.putBytes(position, value, offset + from, part);
            position += part;
            from += part;
        }
        return this;
    }

    private int roomForSome() {
        if (position == bytes.length) {
            flush(0);
        }
        return bytes.length - position;
    }

    /** Sends what is left, marked as the last chunk. Nothing may be written after it. */
    public void end() {
        flush(LAST);
    }

    /** Bytes handed to the sink. */
    public long bytesWritten() {
        return bytesWritten;
    }
}
