package dev.quantdesk.risk.events;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.StreamEntryBinary;

/** Looks at a stream without following it. Blocks; thread-safe. */
final class StreamProbe<M extends MessageLite> {
    private static final byte[] PAYLOAD = "event".getBytes(StandardCharsets.UTF_8);

    private final RedisClient redis;
    private final String stream;
    private final Parser<M> parser;

    StreamProbe(RedisClient redis, String stream, Parser<M> parser) {
        this.redis = redis;
        this.stream = stream;
        this.parser = parser;
    }

    /** An entry of the stream. */
    record Entry<M>(long sequence, M event) {}

    /** Sequence of the newest entry; 0 for an empty or missing stream. */
    long lastSequence() {
        if (!redis.exists(stream)) {
            return 0;
        }
        StreamEntryID last = redis.xinfoStream(stream).getLastGeneratedId();
        return last == null ? 0 : last.getTime();
    }

    /** The first entry after a sequence, if there is one. */
    Optional<Entry<M>> firstAfter(long sequence) throws InvalidProtocolBufferException {
        List<Map.Entry<byte[], List<StreamEntryBinary>>> answer = redis.xreadBinary(
                XReadParams.xReadParams().count(1),
                Map.of(stream.getBytes(StandardCharsets.UTF_8), new StreamEntryID(sequence, Long.MAX_VALUE)));
        if (answer == null || answer.isEmpty() || answer.getFirst().getValue().isEmpty()) {
            return Optional.empty();
        }
        StreamEntryBinary entry = answer.getFirst().getValue().getFirst();
        for (Map.Entry<byte[], byte[]> field : entry.getFields().entrySet()) {
            if (Arrays.equals(field.getKey(), PAYLOAD)) {
                return Optional.of(new Entry<>(entry.getID().getTime(), parser.parseFrom(field.getValue())));
            }
        }
        throw new InvalidProtocolBufferException("an entry without an event: " + entry.getID());
    }
}
