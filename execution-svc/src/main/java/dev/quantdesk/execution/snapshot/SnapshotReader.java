package dev.quantdesk.execution.snapshot;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what a {@link SnapshotWriter} wrote. Every method throws {@link SnapshotException} when the chunks are not those that
 * were written, in their order. One thread.
 */
public final class SnapshotReader {
    private static final int NAME_LENGTH_MAX = 64;

    private final ChunkSource source;
    private final UnsafeBuffer chunk = new UnsafeBuffer(0, 0);
    private final CRC32C crc = new CRC32C();
    private final List<PublicKey> keys = new ArrayList<>();
    private final List<Object> shared = new ArrayList<>();
    private int chunks;
    private int position;
    private int end;
    private boolean last;

    /** Where chunks come from. */
    @FunctionalInterface
    public interface ChunkSource {
        /**
         * The next chunk, the reader's own until the next call.
         *
         * @throws SnapshotException when there is none
         */
        byte[] next();
    }

    public SnapshotReader(ChunkSource source) {
        this.source = source;
    }

    private void nextChunk() {
        if (last) {
            throw new SnapshotException("the snapshot has ended, and more of it was expected");
        }
        byte[] bytes = source.next();
        if (bytes.length < SnapshotWriter.HEADER_LENGTH) {
            throw new SnapshotException("chunk " + chunks + " has " + bytes.length + " bytes only");
        }
        chunk.wrap(bytes);
        int length = chunk.getInt(SnapshotWriter.LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN);
        crc.reset();
        crc.update(bytes, SnapshotWriter.INDEX_OFFSET, bytes.length - SnapshotWriter.INDEX_OFFSET);
        if (chunk.getInt(SnapshotWriter.CRC_OFFSET, ByteOrder.LITTLE_ENDIAN) != (int) crc.getValue()
                || (length & ~SnapshotWriter.LAST) != bytes.length) {
            throw new SnapshotException("chunk " + chunks + " of the snapshot is damaged, or of something else");
        }
        int index = chunk.getInt(SnapshotWriter.INDEX_OFFSET, ByteOrder.LITTLE_ENDIAN);
        if (index != chunks) {
            throw new SnapshotException("chunk " + index + " came where chunk " + chunks + " was expected");
        }
        chunks++;
        last = (length & SnapshotWriter.LAST) != 0;
        position = SnapshotWriter.HEADER_LENGTH;
        end = bytes.length;
    }

    private int advance(int length) {
        if (position == end) {
            nextChunk();
        }
        if (length > end - position) {
            // The writer begins another chunk where a field has no room.
            throw new SnapshotException("a field of " + length + " bytes is not in chunk " + (chunks - 1));
        }
        int at = position;
        position += length;
        return at;
    }

    /**
     * Begins a part.
     *
     * @param version the one that can be read
     */
    public void section(String name, int version) {
        String found = text(NAME_LENGTH_MAX);
        int foundVersion = int32();
        if (!found.equals(name) || foundVersion != version) {
            throw new SnapshotException("the snapshot has '" + found + "' in version " + foundVersion + " where '"
                    + name + "' in version " + version + " was expected");
        }
    }

    public int int8() {
        return chunk.getByte(advance(Byte.BYTES)) & 0xFF;
    }

    public boolean bool() {
        return int8() != 0;
    }

    public int int32() {
        return chunk.getInt(advance(Integer.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    public long int64() {
        return chunk.getLong(advance(Long.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    /** A number of things, at most {@code max}. */
    public int count(int max) {
        int count = int32();
        if (count < 0 || count > max) {
            throw new SnapshotException("the snapshot has " + count + " of what there may be " + max);
        }
        return count;
    }

    public UUID uuid() {
        return new UUID(int64(), int64());
    }

    public PublicKey key() {
        int number = int32();
        if (number >= 0 && number < keys.size()) {
            return keys.get(number);
        }
        if (number != keys.size()) {
            throw new SnapshotException("the snapshot has no key " + number);
        }
        PublicKey key = new PublicKey(int64(), int64(), int64(), int64());
        keys.add(key);
        return key;
    }

    /**
     * A value that several parts hold: the same object for each of them.
     *
     * @param read reads it here, and no other shared value
     */
    public <T> T shared(Class<T> kind, Supplier<T> read) {
        int number = int32();
        if (number == shared.size()) {
            shared.add(read.get());
        }
        if (number < 0 || number >= shared.size() || !kind.isInstance(shared.get(number))) {
            throw new SnapshotException("the snapshot has no " + kind.getSimpleName() + " " + number);
        }
        return kind.cast(shared.get(number));
    }

    /** One of {@code constants} by its ordinal. */
    public <E extends Enum<E>> E constant(E[] constants) {
        int ordinal = int8();
        if (ordinal >= constants.length) {
            throw new SnapshotException(
                    ordinal + " is no " + constants[0].getDeclaringClass().getSimpleName());
        }
        return constants[ordinal];
    }

    public String text(int lengthMax) {
        return new String(bytes(lengthMax), StandardCharsets.UTF_8);
    }

    public byte[] bytes(int lengthMax) {
        byte[] value = new byte[count(lengthMax)];
        for (int from = 0; from < value.length; ) {
            int part = some(value.length - from);
            chunk.getBytes(position, value, from, part);
            position += part;
            from += part;
        }
        return value;
    }

    /** Copies a value into {@code target}. @return its length, at most the target's */
    public int bytes(MutableDirectBuffer target) {
        int length = count(target.capacity());
        for (int from = 0; from < length; ) {
            int part = some(length - from);
            target.putBytes(from, chunk, position, part);
            position += part;
            from += part;
        }
        return length;
    }

    private int some(int wanted) {
        if (position == end) {
            nextChunk();
        }
        return Math.min(wanted, end - position);
    }

    /** Checks that nothing is left. */
    public void end() {
        if (position != end || !last) {
            throw new SnapshotException("the snapshot goes on where its end was expected");
        }
    }
}
