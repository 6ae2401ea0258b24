package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.CodecException;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.EventSink;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.OrderEngine;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What the log's entries do to an engine. The node and every follower go through this one class, so that they cannot
 * come to different states. A message is the sender's correlation id, then a command or reply; without a command it is a
 * barrier, which changes nothing and is answered with the sequence it met.
 */
final class EngineReplica {
    static final int CORRELATION_LENGTH = Long.BYTES;
    static final int MESSAGE_LENGTH_MAX = CORRELATION_LENGTH + CommandCodec.LENGTH_MAX;

    static final long EXPIRY_TIMER = 1;

    private final OrderEngine engine;

    EngineReplica(List<MarketRules> markets, EngineLimits limits) {
        engine = new OrderEngine(markets, limits);
    }

    static long correlationId(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    }

    static int encode(long correlationId, Command command, MutableDirectBuffer buffer) {
        buffer.putLong(0, correlationId, ByteOrder.LITTLE_ENDIAN);
        return CORRELATION_LENGTH + CommandCodec.encode(command, buffer, CORRELATION_LENGTH);
    }

    static int encodeBarrier(long correlationId, MutableDirectBuffer buffer) {
        buffer.putLong(0, correlationId, ByteOrder.LITTLE_ENDIAN);
        return CORRELATION_LENGTH;
    }

    static int encode(long correlationId, Reply reply, MutableDirectBuffer buffer) {
        buffer.putLong(0, correlationId, ByteOrder.LITTLE_ENDIAN);
        return CORRELATION_LENGTH + CommandCodec.encode(reply, buffer, CORRELATION_LENGTH);
    }

    /** Carries out a logged message. One too short for a correlation id has no one to answer: the reply is null. */
    Reply onMessage(long timeMillis, DirectBuffer buffer, int offset, int length, EventSink sink) {
        if (length < CORRELATION_LENGTH) {
            return null;
        }
        if (length == CORRELATION_LENGTH) {
            return new Reply.Recorded(0, engine.sequence());
        }
        Command command;
        try {
            command = CommandCodec.decodeCommand(buffer, offset + CORRELATION_LENGTH, length - CORRELATION_LENGTH);
        } catch (CodecException e) {
            return new Reply.Refused(RefusalReason.MALFORMED_COMMAND, length, 0, engine.sequence());
        }
        return engine.apply(command, timeMillis, sink);
    }

    void onTimer(long timerId, long timeMillis, EventSink sink) {
        if (timerId == EXPIRY_TIMER) {
            engine.onTimer(timeMillis, sink);
        }
    }

    void save(SnapshotWriter out) {
        engine.save(out);
    }

    /** Of a new replica; it must not be used when this throws. */
    void load(SnapshotReader in) {
        engine.load(in);
    }

    long nextExpiryMillis() {
        return engine.nextExpiryMillis();
    }

    long sequence() {
        return engine.sequence();
    }

    long stateHash() {
        return engine.stateHash();
    }
}
