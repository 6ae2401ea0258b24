package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.MutableDirectBuffer;

/** Writes fields one after the other, little-endian. */
final class FieldWriter {
    private final MutableDirectBuffer buffer;
    private final int start;
    private int position;

    FieldWriter(MutableDirectBuffer buffer, int offset) {
        this.buffer = buffer;
        this.start = offset;
        this.position = offset;
    }

    FieldWriter uint8(int value) {
        buffer.putByte(position, (byte) value);
        position += 1;
        return this;
    }

    FieldWriter int32(int value) {
        buffer.putInt(position, value, ByteOrder.LITTLE_ENDIAN);
        position += 4;
        return this;
    }

    FieldWriter int64(long value) {
        buffer.putLong(position, value, ByteOrder.LITTLE_ENDIAN);
        position += 8;
        return this;
    }

    FieldWriter bytes(byte[] bytes) {
        buffer.putBytes(position, bytes);
        position += bytes.length;
        return this;
    }

    FieldWriter key(PublicKey key) {
        return int64(key.w0()).int64(key.w1()).int64(key.w2()).int64(key.w3());
    }

    FieldWriter uuid(UUID uuid) {
        return int64(uuid.getMostSignificantBits()).int64(uuid.getLeastSignificantBits());
    }

    FieldWriter trace(TraceParent trace) {
        return int64(trace.traceIdHigh())
                .int64(trace.traceIdLow())
                .int64(trace.spanId())
                .uint8(trace.flags());
    }

    /** A length byte, then a slot of {@code slotLength} bytes, zero-padded. */
    FieldWriter ascii(String text, int slotLength) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        uint8(bytes.length).bytes(bytes);
        buffer.setMemory(position, slotLength - bytes.length, (byte) 0);
        position += slotLength - bytes.length;
        return this;
    }

    /** A count byte, then the numbers. */
    FieldWriter longs(long[] values) {
        uint8(values.length);
        for (long value : values) {
            int64(value);
        }
        return this;
    }

    int length() {
        return position - start;
    }
}
