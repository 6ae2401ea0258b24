package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quantdesk.execution.cluster.SinkResetException;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;

/** Every event comes to the stream once, under its sequence, whatever is delivered again or lost. */
@Timeout(30)
class RedisProjectionTest {
    private static final byte[] STREAM = RedisProjection.STREAM.getBytes(StandardCharsets.US_ASCII);

    private final RedisClient redis = Stores.shared().emptied().redis();
    private final EngineScript script = new EngineScript();
    private final RedisProjection projection = new RedisProjection(
            new EventPublisher(redis, RedisProjection.STREAM, RedisProjection.LENGTH_MAX, Telemetry.none()),
            EngineScript.MARKETS);

    private List<EngineEvent> traded(int orders) {
        for (int i = 0; i < orders; i++) {
            script.place(Orders.by(Orders.BOB).sell(1).at(100));
            script.place(Orders.by(Orders.ALICE).buy(1).at(100));
        }
        return script.events();
    }

    /** The stream holds exactly these events, under ids made of their sequences. */
    private void assertStreamHolds(List<EngineEvent> events) throws InvalidProtocolBufferException {
        var ids = redis.xrange(RedisProjection.STREAM, "-", "+").stream()
                .map(entry -> entry.getID().toString())
                .toList();
        assertEquals(events.stream().map(event -> event.sequence() + "-0").toList(), ids);
        var entries =
                redis.xrange(STREAM, "-".getBytes(StandardCharsets.US_ASCII), "+".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < events.size(); i++) {
            assertEquals(EventMapper.map(events.get(i), EngineScript.MARKETS), read(entries.get(i)));
        }
    }

    /** An entry is its id and a flat list of field names and values. */
    private static ExecutionEvent read(Object entry) throws InvalidProtocolBufferException {
        List<?> fields = (List<?>) ((List<?>) entry).get(1);
        for (int i = 0; i < fields.size(); i += 2) {
            if (new String((byte[]) fields.get(i), StandardCharsets.US_ASCII).equals("event")) {
                return ExecutionEvent.parseFrom((byte[]) fields.get(i + 1));
            }
        }
        throw new AssertionError("an entry without an event");
    }

    @Test
    void shouldStartBeforeTheFirstEventWhenThereIsNoStream() {
        assertEquals(0, projection.resumeAfterSequence());
    }

    @Test
    void shouldPublishEachEventUnderItsSequence() throws Exception {
        List<EngineEvent> events = traded(3);
        projection.accept(events.subList(0, 4));
        projection.accept(events.subList(4, events.size()));
        assertStreamHolds(events);
        assertEquals(events.size(), projection.resumeAfterSequence());
    }

    @Test
    void shouldChangeNothingWhenEventsAreDeliveredAgain() throws Exception {
        List<EngineEvent> events = traded(3);
        projection.accept(events.subList(0, 6));
        projection.accept(events.subList(0, 6));
        projection.accept(events.subList(3, events.size()));
        assertStreamHolds(events);
    }

    @Test
    void shouldBeFilledAgainFromTheStartWhenTheStreamIsLostBetweenTwoBatches() throws Exception {
        List<EngineEvent> events = traded(3);
        projection.accept(events.subList(0, 5));
        redis.del(RedisProjection.STREAM);
        assertThrows(SinkResetException.class, () -> projection.accept(events.subList(5, events.size())));
        assertEquals(0, redis.xlen(RedisProjection.STREAM));
        assertEquals(0, projection.resumeAfterSequence());
        projection.accept(events);
        assertStreamHolds(events);
    }

    @Test
    void shouldGoOnWhereTheStreamEndsWhenItLostItsTail() throws Exception {
        List<EngineEvent> events = traded(3);
        projection.accept(events.subList(0, 3));
        RedisProjection successor = new RedisProjection(
                new EventPublisher(redis, RedisProjection.STREAM, RedisProjection.LENGTH_MAX, Telemetry.none()),
                EngineScript.MARKETS);
        assertThrows(SinkResetException.class, () -> successor.accept(events.subList(5, events.size())));
        assertEquals(3, successor.resumeAfterSequence());
        successor.accept(events.subList(3, events.size()));
        assertStreamHolds(events);
    }

    @Test
    void shouldKeepTheOrderOfALargeBatch() {
        List<EngineEvent> events = traded(80);
        projection.accept(events);
        assertEquals(
                LongStream.rangeClosed(1, events.size()).boxed().toList(),
                redis.xrange(RedisProjection.STREAM, "-", "+").stream()
                        .map(entry -> entry.getID().getTime())
                        .toList());
    }
}
