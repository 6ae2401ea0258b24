package dev.quantdesk.kit.event;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.prometheus.metrics.core.metrics.Gauge;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.StreamEntry;
import redis.clients.jedis.resps.StreamEntryBinary;

/**
 * Follows one Redis stream from a known sequence on its own virtual thread and hands every event over exactly once in effect:
 * the handler stores its result together with the last sequence, and is never given one it has stored. A failing handler or
 * server is tried again with a growing pause, nothing is skipped. A hole in a contiguous stream is told to the handler.
 */
public final class EventConsumer<M extends MessageLite> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventConsumer.class);
    private static final int BATCH = 256;
    private static final int BLOCK_MS = 1_000;
    private static final Duration PAUSE_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);
    private static final Gauge LAG = Gauge.builder()
            .name("event_consumer_last_sequence")
            .help("Sequence up to which a consumer has taken over a stream.")
            .labelNames("stream")
            .register();

    private final RedisClient redis;
    private final String stream;
    private final Parser<M> parser;
    private final Handler<M> handler;
    private final Thread thread;
    private Duration pause = PAUSE_MIN;
    private volatile boolean closed;
    private volatile long lastPollNanos;

    /** Takes events over. Called by one thread. */
    public interface Handler<M> {
        /** Sequence of the last event that was stored, 0 for none. Asked at the start and after every failure. */
        long lastSequence() throws Exception;

        /** Stores the events and the last of their sequences in one transaction. */
        void accept(List<Sequenced<M>> events) throws Exception;

        /**
         * Told when the stream no longer holds the event after {@link #lastSequence}, or ends before it because it was emptied
         * or has begun anew; {@code firstAvailable} is at most {@code lastSequence} then, and 1 for an empty stream.
         *
         * @return the sequence to go on after
         */
        long onGap(long lastSequence, long firstAvailable) throws Exception;
    }

    /** An event with its sequence in the stream. */
    public record Sequenced<M>(long sequence, M event) {}

    private EventConsumer(RedisClient redis, String stream, Parser<M> parser, Handler<M> handler) {
        this.redis = redis;
        this.stream = stream;
        this.parser = parser;
        this.handler = handler;
        this.thread = Thread.ofVirtual().name("consume " + stream).unstarted(this::run);
    }

    /** Starts following {@code stream}. */
    public static <M extends MessageLite> EventConsumer<M> start(
            RedisClient redis, String stream, Parser<M> parser, Handler<M> handler) {
        EventConsumer<M> consumer = new EventConsumer<>(redis, stream, parser, handler);
        consumer.thread.start();
        return consumer;
    }

    /** Whether the stream was read within the last five seconds. */
    public boolean isLive() {
        return lastPollNanos != 0 && System.nanoTime() - lastPollNanos < 5_000_000_000L;
    }

    private void run() {
        while (!closed) {
            try {
                follow();
            } catch (InterruptedException _) {
                return;
            } catch (Exception failure) {
                if (closed) {
                    return;
                }
                LOG.warn("reading {} failed, again in {} ms: {}", stream, pause.toMillis(), failure.toString());
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException _) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
            }
        }
    }

    private void follow() throws Exception {
        long last = handler.lastSequence();
        while (!closed) {
            List<Sequenced<M>> events = read(last);
            lastPollNanos = System.nanoTime();
            if (events.isEmpty()) {
                last = afterSilence(last);
                continue;
            }
            long first = events.getFirst().sequence();
            if (first > last + 1) {
                last = handler.onGap(last, first);
                continue;
            }
            List<Sequenced<M>> whole = upToHole(events);
            handler.accept(whole);
            last = whole.getLast().sequence();
            pause = PAUSE_MIN;
            LAG.labelValues(stream).set(last);
        }
    }

    /** Nothing comes after {@code last}: either nothing has happened, or the stream is not the one that was followed. */
    private long afterSilence(long last) throws Exception {
        if (last == 0 || EventPublisher.lastSequence(redis, stream) >= last) {
            return last;
        }
        List<StreamEntry> oldest = redis.xrange(stream, (StreamEntryID) null, null, 1);
        long first = oldest.isEmpty() ? 1 : oldest.getFirst().getID().getTime();
        // An event may have come since: then the next read finds it.
        return first > last ? last : handler.onGap(last, first);
    }

    /** The events before the first hole; what comes after it is read again and then told as a gap. */
    private static <M> List<Sequenced<M>> upToHole(List<Sequenced<M>> events) {
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i).sequence() != events.get(i - 1).sequence() + 1) {
                return events.subList(0, i);
            }
        }
        return events;
    }

    private List<Sequenced<M>> read(long last) throws InvalidProtocolBufferException {
        byte[] key = stream.getBytes(StandardCharsets.UTF_8);
        List<Map.Entry<byte[], List<StreamEntryBinary>>> answer = redis.xreadBinary(
                XReadParams.xReadParams().count(BATCH).block(BLOCK_MS),
                Map.of(key, new StreamEntryID(last, Long.MAX_VALUE)));
        List<Sequenced<M>> events = new ArrayList<>();
        if (answer == null) {
            return events;
        }
        for (Map.Entry<byte[], List<StreamEntryBinary>> entries : answer) {
            for (StreamEntryBinary entry : entries.getValue()) {
                byte[] payload = entry.getFields().entrySet().stream()
                        .filter(field -> java.util.Arrays.equals(field.getKey(), EventPublisher.PAYLOAD))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow(() ->
                                new InvalidProtocolBufferException("an entry without an event: " + entry.getID()));
                events.add(new Sequenced<>(entry.getID().getTime(), parser.parseFrom(payload)));
            }
        }
        return events;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
