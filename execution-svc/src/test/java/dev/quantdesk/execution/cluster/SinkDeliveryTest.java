package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SinkDeliveryTest {
    private static final int EVENTS = 1_000;

    private final CollectingSink sink = new CollectingSink();
    private final SinkDelivery delivery = new SinkDelivery("test", sink, () -> {});
    private final Thread thread = Thread.ofPlatform().start(delivery);

    @AfterEach
    void stop() throws InterruptedException {
        delivery.stop();
        thread.interrupt();
        thread.join();
    }

    private static SinkDelivery.Batch one(long sequence) {
        return new SinkDelivery.Batch(
                1, List.of(new EngineEvent.SettlementReverted(sequence, 0, new byte[0], "", new long[0])), sequence);
    }

    private void offer(SinkDelivery.Batch batch) {
        TestNode.await("there is room for a batch", () -> delivery.offer(batch));
    }

    private void awaitStored(int events) {
        TestNode.await(events + " events are stored", () -> delivery.deliveredSequence() == events);
        assertEquals(events, sink.copy().size());
    }

    @Test
    void shouldWriteASteadyFlowOfSingleEventsTogetherInOrder() {
        for (int sequence = 1; sequence <= EVENTS; sequence++) {
            offer(one(sequence));
        }
        awaitStored(EVENTS);

        assertTrue(sink.batches.get() < EVENTS / 10, sink.batches + " batches");
        assertTrue(sink.largestBatch.get() <= LogFollower.BATCH_EVENTS_MAX, sink.largestBatch + " at once");
    }

    @Test
    void shouldWriteAnEventThatNoOtherFollows() {
        offer(one(1));
        awaitStored(1);
        offer(one(2));
        awaitStored(2);

        assertEquals(2, sink.batches.get());
    }

    @Test
    void shouldNotTellThatItHasCaughtUpBeforeWhatCameEarlierIsStored() {
        for (int sequence = 1; sequence <= 5; sequence++) {
            offer(one(sequence));
        }
        offer(new SinkDelivery.Batch(1, List.of(), 5));
        TestNode.await("it has caught up", delivery::isCaughtUp);

        assertEquals(5, sink.copy().size());
    }
}
