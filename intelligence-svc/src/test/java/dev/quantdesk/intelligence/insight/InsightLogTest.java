package dev.quantdesk.intelligence.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.intelligence.Eventually;
import dev.quantdesk.intelligence.TestRedis;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.intelligence.v1.Insight;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Publisher and log together, over a real Redis. */
@Timeout(60)
class InsightLogTest {
    private TestRedis redis;

    @BeforeEach
    void start() throws Exception {
        redis = new TestRedis();
    }

    @AfterEach
    void stop() throws Exception {
        redis.close();
    }

    private EventPublisher events() {
        return new EventPublisher(
                redis.client(), InsightPublisher.STREAM, InsightPublisher.STREAM_MAX, Telemetry.none());
    }

    private void publish(int count) {
        try (InsightPublisher publisher = new InsightPublisher(events())) {
            long wanted = events().lastSequence() + count;
            publisher.start();
            for (int i = 0; i < count; i++) {
                publisher.offer(Insight.newBuilder()
                        .setMarket("SOL-PERP")
                        .setSummary("s")
                        .build());
            }
            Eventually.until(() -> count + " published", () -> events().lastSequence() == wanted);
        }
    }

    private static List<Long> sequences(InsightLog log, long resumeFrom) {
        try (var reader = log.subscribe(resumeFrom)) {
            return reader.backlog().stream().map(Insight::getSequence).toList();
        }
    }

    private InsightLog logUpTo(long last) {
        InsightLog log = new InsightLog(redis.client());
        Eventually.until(() -> "the log is read", log::hasEverBeenRead);
        Eventually.until(
                () -> "sequence " + last, () -> last == 0 || sequences(log, 0).contains(last));
        return log;
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void shouldGoOnWithTheSequenceOverRestarts() {
        publish(3);
        publish(2);
        try (InsightLog log = logUpTo(5)) {
            assertEquals(range(1, 5), sequences(log, 0));
        }
    }

    @Test
    void shouldGiveTheMostRecentOrThoseAfterAResume() {
        publish(150);
        try (InsightLog log = logUpTo(150)) {
            assertEquals(range(51, 150), sequences(log, 0));
            assertEquals(range(21, 150), sequences(log, 20));
            assertEquals(List.of(), sequences(log, 150));
        }
    }

    @Test
    void shouldHandOverWhatIsPublishedLater() throws Exception {
        try (InsightLog log = logUpTo(0);
                var reader = log.subscribe(0)) {
            publish(1);
            assertEquals(1, reader.queue().take().getSequence());
        }
    }

    @Test
    void shouldRefuseAResumeThatIsNotKept() throws Exception {
        publish(1);
        // A hole, as a stream has that was trimmed before it was read.
        events().publish(List.of(new EventPublisher.Event(
                500, Insight.newBuilder().setSequence(500).build())));
        try (InsightLog log = logUpTo(500)) {
            assertEquals(List.of(500L), sequences(log, 0));
            assertEquals(
                    "RESUME_EXPIRED",
                    assertThrows(ApiException.class, () -> log.subscribe(1)).reason());
            assertEquals(
                    "RESUME_EXPIRED",
                    assertThrows(ApiException.class, () -> log.subscribe(501)).reason());
            assertEquals(List.of(500L), sequences(log, 499));
        }
    }
}
