package dev.quantdesk.kit.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.StringValue;
import dev.quantdesk.kit.event.EventConsumer.Sequenced;
import dev.quantdesk.kit.event.EventPublisher.Event;
import dev.quantdesk.kit.telemetry.Telemetry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.XAddParams;

/** From publisher to consumer through a real Redis that fails, restarts and forgets. */
@Timeout(30)
class EventStreamTest {
    private static final String STREAM = "test.events";

    private TestRedis redis;
    private EventPublisher publisher;
    private final Ledger ledger = new Ledger();

    @BeforeEach
    void start() throws IOException {
        redis = new TestRedis();
        publisher = new EventPublisher(redis.client(), STREAM, 10_000, Telemetry.none());
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private void publish(long from, long to) throws Exception {
        publisher.publish(LongStream.rangeClosed(from, to)
                .mapToObj(sequence -> new Event(sequence, StringValue.of("event " + sequence)))
                .toList());
    }

    private EventConsumer<StringValue> follow() {
        return EventConsumer.start(redis.client(), STREAM, StringValue.parser(), ledger);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not happen: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Stores events with the last sequence, all or nothing, like a table would; fails when told to. */
    private static final class Ledger implements EventConsumer.Handler<StringValue> {
        private final List<Long> stored = Collections.synchronizedList(new ArrayList<>());
        private final List<String> gaps = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger failuresAfterStoring = new AtomicInteger();
        private volatile long last;

        @Override
        public long lastSequence() {
            return last;
        }

        @Override
        public void accept(List<Sequenced<StringValue>> events) {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the store is down");
            }
            for (Sequenced<StringValue> event : events) {
                assertEquals("event " + event.sequence(), event.event().getValue());
                stored.add(event.sequence());
                last = event.sequence();
            }
            if (failuresAfterStoring.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("stored, but the answer was lost");
            }
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            gaps.add(lastSequence + ">" + firstAvailable);
            last = firstAvailable - 1;
            return last;
        }
    }

    @Test
    void shouldHandOverEveryEventOnceAndInOrder() throws Exception {
        try (var _ = follow()) {
            publish(1, 500);
            publish(501, 700);
            await("all have come", () -> ledger.last == 700);
        }
        assertEquals(range(1, 700), ledger.stored);
        assertEquals(List.of(), ledger.gaps);
    }

    @Test
    void shouldHaveNoEffectWhenEventsArePublishedAgain() throws Exception {
        publish(1, 5);
        publish(1, 5);
        publish(3, 8);
        assertEquals(8, publisher.lastSequence());
        assertEquals(8, redis.client().xlen(STREAM));
        var oldest =
                redis.client().xrange(STREAM, (StreamEntryID) null, null, 1).getFirst();
        assertEquals(new StreamEntryID(1, 0), oldest.getID());
    }

    /** A server at the end of its memory decides command by command: it takes one entry and refuses another. */
    @Test
    void shouldPublishAllOrNothingWhenTheServerRefusesPartOfABatch() throws Exception {
        publish(1, 1);
        redis.client().configSet("maxmemory", "8mb");
        List<Event> batch = List.of(
                new Event(1, StringValue.of("event 1")),
                new Event(2, StringValue.of("event 2")),
                new Event(3, StringValue.of("x".repeat(16 << 20))),
                new Event(4, StringValue.of("event 4")));
        assertThrows(JedisDataException.class, () -> publisher.publish(batch));
        assertEquals(1, publisher.lastSequence());

        redis.client().configSet("maxmemory", "0");
        publisher.publish(batch);
        var ids = redis.client().xrange(STREAM, (StreamEntryID) null, null).stream()
                .map(entry -> entry.getID().getTime())
                .toList();
        assertEquals(range(1, 4), ids);
    }

    @Test
    void shouldKnowTheLastSequenceAlsoOfATrimmedOrMissingStream() throws Exception {
        assertEquals(0, publisher.lastSequence());
        publish(1, 5);
        redis.client().xtrim(STREAM, 0, false);
        assertEquals(5, publisher.lastSequence());
    }

    @Test
    void shouldRefuseSequenceZeroAndABatchThatIsTooLarge() {
        assertThrows(JedisDataException.class, () -> publish(0, 0));
        assertThrows(IllegalArgumentException.class, () -> publish(1, 513));
        assertEquals(0, publisher.lastSequence());
    }

    @Test
    void shouldKeepTheStreamNearItsBound() throws Exception {
        EventPublisher bounded = new EventPublisher(redis.client(), STREAM, 1_000, Telemetry.none());
        for (int batch = 0; batch < 20; batch++) {
            long from = batch * 500L + 1;
            bounded.publish(LongStream.range(from, from + 500)
                    .mapToObj(sequence -> new Event(sequence, StringValue.of("event " + sequence)))
                    .toList());
        }
        long length = redis.client().xlen(STREAM);
        assertTrue(length >= 1_000 && length <= 1_200, "length " + length);
    }

    @Test
    void shouldSkipNothingAndRepeatNothingWhenTheHandlerFails() throws Exception {
        ledger.failures.set(3);
        publish(1, 300);
        try (var _ = follow()) {
            await("all have come", () -> ledger.last == 300);
            ledger.failuresAfterStoring.set(1);
            publish(301, 310);
            await("the rest has come", () -> ledger.last == 310);
            publish(311, 320);
            await("what came after the failure", () -> ledger.last == 320);
        }
        assertEquals(range(1, 320), ledger.stored);
    }

    @Test
    void shouldGoOnAfterWhatWasStoredWhenTheConsumerRestarts() throws Exception {
        publish(1, 10);
        try (var _ = follow()) {
            await("the first have come", () -> ledger.last == 10);
        }
        publish(11, 20);
        try (var _ = follow()) {
            await("the others have come", () -> ledger.last == 20);
        }
        assertEquals(range(1, 20), ledger.stored);
    }

    @Test
    void shouldTellOfTheGapWhenTheStreamWasTrimmedPastTheConsumer() throws Exception {
        publish(1, 10);
        ledger.last = 3;
        redis.client().xtrim(STREAM, 5, false);
        try (var _ = follow()) {
            await("the rest has come", () -> ledger.last == 10);
        }
        assertEquals(List.of("3>6"), ledger.gaps);
        assertEquals(range(6, 10), ledger.stored);
    }

    @Test
    void shouldTellOfAHoleInTheMiddleOfWhatIsReadAtOnce() throws Exception {
        publish(1, 3);
        publish(7, 9);
        try (var _ = follow()) {
            await("the rest has come", () -> ledger.last == 9);
        }
        assertEquals(List.of("3>7"), ledger.gaps);
        assertEquals(List.of(1L, 2L, 3L, 7L, 8L, 9L), ledger.stored);
    }

    @Test
    void shouldTellWhenTheStreamWasEmptiedAndBeganAnew() throws Exception {
        publish(1, 50);
        try (var _ = follow()) {
            await("the old ones have come", () -> ledger.last == 50);
            redis.client().del(STREAM);
            publish(1, 2);
            await("the new ones have come", () -> ledger.last == 2);
        }
        assertTrue(ledger.gaps.getLast().equals("50>1"), ledger.gaps.toString());
    }

    @Test
    void shouldNotTellOfAGapWhenNothingHappensForAWhile() throws Exception {
        publish(1, 5);
        try (var consumer = follow()) {
            await("all have come", () -> ledger.last == 5);
            redis.client().xtrim(STREAM, 0, false);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_500);
            await("two silent reads", () -> System.nanoTime() - end > 0);
            assertTrue(consumer.isLive());
        }
        assertEquals(List.of(), ledger.gaps);
    }

    @Test
    void shouldGoOnWhenRedisRestartsAndIsFilledAgain() throws Exception {
        try (var consumer = follow()) {
            publish(1, 10);
            await("the first have come", () -> ledger.last == 10);
            redis.stop();
            assertThrows(Exception.class, () -> publish(11, 12));
            redis.start();
            await("Redis answers", this::answers);
            assertEquals(0, publisher.lastSequence(), "this Redis forgets");
            publish(1, 12);
            await("the new ones have come", () -> ledger.stored.contains(12L));
            assertTrue(consumer.isLive());
        }
        assertEquals(range(11, 12), ledger.stored.subList(ledger.stored.size() - 2, ledger.stored.size()));
    }

    private boolean answers() {
        try {
            return "PONG".equals(redis.client().ping());
        } catch (RuntimeException down) {
            return false;
        }
    }

    @Test
    void shouldStopAtAnEntryThatIsNoEventAndGoOnWhenItIsGone() throws Exception {
        publish(1, 2);
        redis.client()
                .xadd(
                        STREAM.getBytes(StandardCharsets.UTF_8),
                        XAddParams.xAddParams().id(3, 0),
                        Map.of("other".getBytes(StandardCharsets.UTF_8), new byte[0]));
        try (var _ = follow()) {
            await("the consumer has tried twice", () -> ledger.stored.isEmpty());
            redis.client().xdel(STREAM, new StreamEntryID(3, 0));
            publish(4, 5);
            await("the others have come", () -> ledger.last == 5);
        }
        assertEquals(List.of("2>4"), ledger.gaps);
        assertEquals(List.of(1L, 2L, 4L, 5L), ledger.stored);
    }

    @Test
    void shouldEndSoonWhenClosedDuringAWait() throws Exception {
        var consumer = follow();
        await("it waits for events", consumer::isLive);
        long start = System.nanoTime();
        consumer.close();
        assertTrue(System.nanoTime() - start < 2_500_000_000L);
        publish(1, 1);
        assertFalse(ledger.stored.contains(1L));
    }
}
