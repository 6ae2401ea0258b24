package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream of orders has no gap and no duplicate, and says so when it can't be resumed. */
@Timeout(10)
class OrderStreamTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private static List<OrderUpdate> drain(Subscription<OrderSnapshot, ChangedOrder> stream) {
        List<ChangedOrder> changes = new ArrayList<>();
        stream.queue().drainTo(changes);
        return updates(changes);
    }

    private static List<OrderUpdate> missed(Subscription<OrderSnapshot, ChangedOrder> stream) {
        return updates(stream.missed());
    }

    private static List<OrderUpdate> updates(List<ChangedOrder> changes) {
        return changes.stream().map(ChangedOrder::toProto).toList();
    }

    private static List<OrderChange> changes(List<OrderUpdate> updates) {
        return updates.stream().map(OrderUpdate::getChange).toList();
    }

    @Test
    void shouldStartWithTheOrdersThatAreOpenOrWaitForSettlementOldestFirst() {
        long open = script.place(Orders.by(Orders.ALICE).buy(1).at(90)).orderId();
        long cancelled = script.place(Orders.by(Orders.ALICE).buy(1).at(91)).orderId();
        script.cancel(Orders.ALICE, cancelled);
        script.place(Orders.by(Orders.BOB).sell(2).at(100));
        long filled = script.place(Orders.by(Orders.ALICE).buy(1).at(100)).orderId();
        long partCancelled =
                script.place(Orders.by(Orders.ALICE).buy(3).at(100)).orderId();
        script.cancel(Orders.ALICE, partCancelled);
        try (var stream = hub.subscribe(Orders.ALICE, 0)) {
            OrderSnapshot snapshot = stream.snapshot().orElseThrow();
            assertEquals(script.sequence(), snapshot.getSequence());
            assertEquals(
                    List.of(open, filled, partCancelled),
                    snapshot.getOrdersList().stream()
                            .map(Order::getOrderId)
                            .map(Long::valueOf)
                            .toList());
            assertTrue(stream.missed().isEmpty());
        }
    }

    @Test
    void shouldSendEachLaterChangeOfTheAccountOnceAndNoneBefore() {
        script.place(Orders.by(Orders.BOB).sell(2).at(100));
        try (var stream = hub.subscribe(Orders.ALICE, 0)) {
            long from = stream.snapshot().orElseThrow().getSequence();
            long id = script.place(Orders.by(Orders.ALICE).buy(3).at(100)).orderId();
            script.submitted(1, 1);
            script.confirmed(1, 9, 1);
            script.cancel(Orders.ALICE, id);
            List<OrderUpdate> updates = drain(stream);
            assertEquals(
                    List.of(
                            OrderChange.ORDER_CHANGE_ACCEPTED,
                            OrderChange.ORDER_CHANGE_FILLED,
                            OrderChange.ORDER_CHANGE_SETTLEMENT_SENT,
                            OrderChange.ORDER_CHANGE_SETTLEMENT_CONFIRMED,
                            OrderChange.ORDER_CHANGE_CANCELLED,
                            OrderChange.ORDER_CHANGE_SETTLED),
                    changes(updates));
            long last = from;
            for (OrderUpdate update : updates) {
                assertTrue(update.getSequence() > last);
                last = update.getSequence();
                assertEquals(Orders.ALICE.toString(), update.getOrder().getAccount());
                assertEquals(update.getSequence(), update.getOrder().getSequence());
            }
            assertEquals(
                    OrderStatus.ORDER_STATUS_CANCELLED,
                    updates.getLast().getOrder().getStatus());
            assertEquals("1", updates.get(1).getFill().getTradeId());
            assertEquals(9, updates.get(3).getFill().getSlot());
            assertFalse(updates.getFirst().hasFill());
        }
    }

    @Test
    void shouldNotChangeAnUpdateThatWasHandedOutWhenTheOrderMovesOn() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        try (var stream = hub.subscribe(Orders.ALICE, 0)) {
            script.place(Orders.by(Orders.ALICE).buy(1).at(100));
            ChangedOrder filled = List.copyOf(stream.queue()).getLast();
            OrderUpdate before = filled.toProto();
            script.confirmed(1, 9, 1);
            assertEquals(before, filled.toProto());
            assertEquals(OrderChange.ORDER_CHANGE_FILLED, before.getChange());
        }
    }

    @Test
    void shouldRepeatTheChangesOfTheVerySequenceWhenResumed() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.ALICE).buy(2).at(100));
        try (var whole = hub.subscribe(Orders.ALICE, 1)) {
            // One confirmation touches two orders of the maker and one of the taker: each change has the same sequence.
            script.confirmed(1, 9, 1, 2);
            List<OrderUpdate> all = new ArrayList<>(missed(whole));
            all.addAll(drain(whole));
            for (int i = 0; i < all.size(); i++) {
                long seen = all.get(i).getSequence();
                try (var resumed = hub.subscribe(Orders.ALICE, seen)) {
                    assertTrue(resumed.snapshot().isEmpty());
                    assertEquals(
                            all.stream()
                                    .filter(each -> each.getSequence() >= seen)
                                    .toList(),
                            missed(resumed));
                }
            }
            try (var makers = hub.subscribe(Orders.BOB, all.getLast().getSequence() - 1)) {
                assertFalse(makers.missed().isEmpty());
            }
        }
    }

    @Test
    void shouldGoOnWithoutGapOrDuplicateWhenResumedAtTheEnd() {
        script.place(Orders.by(Orders.ALICE).buy(1).at(90));
        try (var stream = hub.subscribe(Orders.ALICE, script.sequence())) {
            assertEquals(1, stream.missed().size());
            script.place(Orders.by(Orders.ALICE).buy(1).at(91));
            assertEquals(
                    List.of(2L),
                    drain(stream).stream().map(OrderUpdate::getSequence).toList());
        }
    }

    @Test
    void shouldRefuseToResumeAfterASequenceThatIsNotReachedYet() {
        script.place(Orders.by(Orders.ALICE).buy(1).at(90));
        Refusal refusal = Refusal.expect(Reason.RESUME_EXPIRED, () -> hub.subscribe(Orders.ALICE, 2));
        assertEquals("2", refusal.figure("resume_from_sequence"));
        assertEquals("1", refusal.figure("newest_sequence"));
    }

    @Test
    void shouldRefuseToResumeFromChangesThatAreNoLongerKept() {
        for (int i = 0; i < OrderHub.UPDATES_MAX + 10; i++) {
            script.place(Orders.by(Orders.account(100 + i % 50)).buy(1).at(90));
        }
        Refusal refusal = Refusal.expect(Reason.RESUME_EXPIRED, () -> hub.subscribe(Orders.ALICE, 10));
        assertEquals("11", refusal.figure("oldest_sequence"));
        hub.subscribe(Orders.ALICE, 11).close();
        try (var stream = hub.subscribe(Orders.account(110), 11)) {
            assertEquals(11, missed(stream).getFirst().getSequence());
        }
    }

    @Test
    void shouldEndAStreamThatFellBehindOnlyAfterAllThatWasQueued() {
        try (var stream = hub.subscribe(Orders.ALICE, 0)) {
            for (int i = 0; i < OrderHub.SUBSCRIBER_QUEUE_MAX + 5; i++) {
                long id = script.place(Orders.by(Orders.ALICE).buy(1).at(90)).orderId();
                if (i % 2 == 0) {
                    script.cancel(Orders.ALICE, id);
                }
            }
            long last = 0;
            for (int i = 0; i < OrderHub.SUBSCRIBER_QUEUE_MAX; i++) {
                stream.checkComplete();
                OrderUpdate update = stream.queue().remove().toProto();
                assertEquals(last + 1, update.getSequence());
                last = update.getSequence();
            }
            Refusal.expect(Reason.SLOW_CONSUMER, stream::checkComplete);
            try (var resumed = hub.subscribe(Orders.ALICE, last)) {
                assertEquals(last, missed(resumed).getFirst().getSequence());
                assertEquals(script.sequence(), missed(resumed).getLast().getSequence());
            }
        }
    }

    @Test
    void shouldSendNothingMoreWhenClosedEvenTwice() {
        var closed = hub.subscribe(Orders.ALICE, 0);
        var open = hub.subscribe(Orders.ALICE, 0);
        closed.close();
        closed.close();
        script.place(Orders.by(Orders.ALICE).buy(1).at(90));
        assertTrue(closed.queue().isEmpty());
        assertEquals(1, open.queue().size());
        open.close();
        open.close();
    }
}
