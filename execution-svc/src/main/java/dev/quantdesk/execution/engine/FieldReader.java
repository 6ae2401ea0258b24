package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** Reads what {@link FieldWriter} wrote, and never beyond the message's end. */
final class FieldReader {
    private final DirectBuffer buffer;
    private final int end;
    private int position;

    /** @throws CodecException when the message does not lie within the buffer */
    FieldReader(DirectBuffer buffer, int offset, int length) {
        if (offset < 0 || length < 0 || offset > buffer.capacity() - length) {
            throw new CodecException("a message of " + length + " bytes at " + offset + " lies outside its buffer");
        }
        this.buffer = buffer;
        this.position = offset;
        this.end = offset + length;
    }

    private int advance(int bytes) {
        if (bytes > end - position) {
            throw new CodecException("the message ends " + (bytes - end + position) + " bytes too early");
        }
        int at = position;
        position += bytes;
        return at;
    }

    int uint8() {
        return buffer.getByte(advance(1)) & 0xFF;
    }

    int int32() {
        return buffer.getInt(advance(4), ByteOrder.LITTLE_ENDIAN);
    }

    long int64() {
        return buffer.getLong(advance(8), ByteOrder.LITTLE_ENDIAN);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(advance(length), bytes);
        return bytes;
    }

    PublicKey key() {
        return new PublicKey(int64(), int64(), int64(), int64());
    }

    UUID uuid() {
        return new UUID(int64(), int64());
    }

    TraceParent trace() {
        return new TraceParent(int64(), int64(), int64(), (byte) uint8());
    }

    boolean bool() {
        int value = uint8();
        if (value > 1) {
            throw new CodecException(value + " is no truth value");
        }
        return value == 1;
    }

    <E extends Enum<E>> E constant(E[] constants) {
        int ordinal = uint8();
        if (ordinal >= constants.length) {
            throw new CodecException(
                    ordinal + " is no " + constants[0].getDeclaringClass().getSimpleName());
        }
        return constants[ordinal];
    }

    String ascii(int slotLength) {
        int length = uint8();
        int slot = advance(slotLength);
        if (length > slotLength) {
            throw new CodecException("a text of " + length + " bytes does not fit its slot of " + slotLength);
        }
        for (int i = length; i < slotLength; i++) {
            if (buffer.getByte(slot + i) != 0) {
                throw new CodecException("a text is followed by something else than zeros");
            }
        }
        byte[] text = new byte[length];
        buffer.getBytes(slot, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    long[] longs(int maxCount) {
        int count = uint8();
        if (count > maxCount) {
            throw new CodecException(count + " numbers in a list of " + maxCount + " at most");
        }
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = int64();
        }
        return values;
    }

    /** @throws CodecException when bytes are left over */
    void end() {
        if (position != end) {
            throw new CodecException((end - position) + " bytes follow the message");
        }
    }
}
