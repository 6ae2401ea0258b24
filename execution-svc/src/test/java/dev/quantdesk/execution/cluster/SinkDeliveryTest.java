package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SinkDeliveryTest {
    private static final int EVENTS = 1_000;

    private final List<Integer> writings = new ArrayList<>();
    private final AtomicInteger stored = new AtomicInteger();
    private final SinkDelivery delivery = new SinkDelivery(
            "test",
            new FollowerSink() {
                @Override
                public long resumeAfterSequence() {
                    return 0;
                }

                @Override
                public void accept(List<EngineEvent> events) {
                    for (EngineEvent event : events) {
                        assertEquals(stored.incrementAndGet(), event.sequence());
                    }
                    writings.add(events.size());
                }
            },
            () -> {});
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

    private void offer(SinkDelivery.Batch batch) throws InterruptedException {
        while (!delivery.offer(batch)) {
            Thread.sleep(1);
        }
    }

    private void awaitStored(int events) throws InterruptedException {
        while (delivery.deliveredSequence() < events) {
            Thread.sleep(1);
        }
    }

    @Test
    void shouldWriteASteadyFlowOfSingleEventsTogetherInOrder() throws InterruptedException {
        for (int sequence = 1; sequence <= EVENTS; sequence++) {
            offer(one(sequence));
        }
        awaitStored(EVENTS);

        assertTrue(writings.size() < EVENTS / 10, writings.size() + " writings");
        assertTrue(writings.stream().allMatch(size -> size <= LogFollower.BATCH_EVENTS_MAX), "sizes " + writings);
    }

    @Test
    void shouldWriteAnEventThatComesAloneWithoutWaitingForOthers() throws InterruptedException {
        offer(one(1));
        awaitStored(1);
        Thread.sleep(50);
        offer(one(2));
        awaitStored(2);

        assertEquals(List.of(1, 1), writings);
    }

    @Test
    void shouldNotTellThatItHasCaughtUpBeforeWhatCameEarlierIsStored() throws InterruptedException {
        for (int sequence = 1; sequence <= 5; sequence++) {
            offer(one(sequence));
        }
        offer(new SinkDelivery.Batch(1, List.of(), 5));
        while (!delivery.isCaughtUp()) {
            Thread.sleep(1);
        }

        assertEquals(5, stored.get());
    }
}
