package dev.quantdesk.kit.event;

import com.google.protobuf.MessageLite;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.XAddParams;

/**
 * Publishes events to one Redis stream. The id of an entry is {@code SEQUENCE-0}: Redis itself refuses an id it has passed, so
 * publishing again has no effect. Of events that are published together it takes all or none. The stream keeps about
 * {@code maxLength} entries. Used by one thread.
 */
public final class EventPublisher {
    static final byte[] PAYLOAD = "event".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TRACE = "traceparent".getBytes(StandardCharsets.UTF_8);
    private static final int MAX_BATCH = 512;

    private final RedisClient redis;
    private final String stream;
    private final byte[] key;
    private final long maxLength;
    private final Telemetry telemetry;

    public EventPublisher(RedisClient redis, String stream, long maxLength, Telemetry telemetry) {
        this.redis = redis;
        this.stream = stream;
        this.key = stream.getBytes(StandardCharsets.UTF_8);
        this.maxLength = maxLength;
        this.telemetry = telemetry;
    }

    /** An event to publish. @param sequence greater than zero, growing within the stream */
    public record Event(long sequence, MessageLite payload) {}

    /** Sequence of the newest entry; 0 for an empty or missing stream. */
    public long lastSequence() {
        return lastSequence(redis, stream);
    }

    static long lastSequence(RedisClient redis, String stream) {
        if (!redis.exists(stream)) {
            return 0;
        }
        StreamEntryID last = redis.xinfoStream(stream).getLastGeneratedId();
        return last == null ? 0 : last.getTime();
    }

    /** Publishes the events in order in one round trip, all or none. @throws IllegalArgumentException for more than 512 */
    public void publish(List<Event> events) throws Exception {
        if (events.size() > MAX_BATCH) {
            throw new IllegalArgumentException("a batch of " + events.size() + " events, the most is " + MAX_BATCH);
        }
        if (!Span.current().getSpanContext().isValid()) {
            add(events);
            return;
        }
        telemetry.inSpan(
                "publish " + stream,
                SpanKind.PRODUCER,
                Map.of("messaging.system", "redis", "messaging.destination.name", stream),
                () -> {
                    add(events);
                    return null;
                });
    }

    /** An entry as it goes out. */
    private record Entry(XAddParams params, Map<byte[], byte[]> fields) {}

    private Entry entry(Event event) {
        Map<byte[], byte[]> fields = new HashMap<>();
        fields.put(PAYLOAD, event.payload().toByteArray());
        telemetry.inject((name, value) -> {
            if (name.equals("traceparent")) {
                fields.put(TRACE, value.getBytes(StandardCharsets.UTF_8));
            }
        });
        return new Entry(
                XAddParams.xAddParams()
                        .id(event.sequence(), 0)
                        .maxLen(maxLength)
                        .approximateTrimming(),
                fields);
    }

    /**
     * A server without memory or disk refuses each command by itself. An entry that it refused can't be added any more once it has
     * taken a later one, so it has to take all of them or none. MULTI goes out with the rest: as a transaction of the client's it
     * would cost a second round trip.
     */
    private void add(List<Event> events) {
        // Nothing but the connection may fail between MULTI and EXEC: it would go back to the pool with half a
        // transaction.
        List<Entry> entries = events.stream().map(this::entry).toList();
        List<Response<?>> queued = new ArrayList<>(entries.size() + 1);
        Response<Object> executed;
        try (var pipeline = redis.pipelined()) {
            queued.add(pipeline.sendCommand(Protocol.Command.MULTI, new byte[0][]));
            entries.forEach(entry -> queued.add(pipeline.xadd(key, entry.params(), entry.fields())));
            executed = pipeline.sendCommand(Protocol.Command.EXEC, new byte[0][]);
            pipeline.sync();
        }
        queued.forEach(Response::get);
        for (Object answer : (List<?>) executed.get()) {
            // An id that was passed: this event was published before, by this process or its predecessor.
            if (answer instanceof JedisDataException refused
                    && !String.valueOf(refused.getMessage()).contains("equal or smaller")) {
                throw refused;
            }
        }
    }
}
