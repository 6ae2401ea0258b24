package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold of algo orders and their children, whatever happened. */
final class AlgoPromises {
    private static final class Algo {
        final EngineEvent.AlgoAccepted accepted;
        long filledLots;
        int children;
        /** Of the child that works; 0 for none. */
        long openChildId;

        long openLots;
        boolean ended;

        Algo(EngineEvent.AlgoAccepted accepted) {
            this.accepted = accepted;
        }

        long leftLots() {
            return accepted.order().quantityLots() - filledLots;
        }
    }

    private final Map<Long, Algo> algos = new HashMap<>();

    private AlgoPromises() {}

    static void check(List<EngineEvent> events) {
        AlgoPromises promises = new AlgoPromises();
        events.forEach(promises::take);
        promises.algos.values().forEach(algo -> assertTrue(algo.leftLots() >= 0));
    }

    private void take(EngineEvent event) {
        switch (event) {
            case EngineEvent.AlgoAccepted accepted -> algos.put(accepted.ref().orderId(), new Algo(accepted));
            case EngineEvent.OrderAccepted accepted when accepted.ref().isChild() -> child(accepted);
            case EngineEvent.AlgoSliced sliced -> {
                Algo algo = algos.get(sliced.ref().orderId());
                assertEquals(algo.children, sliced.children());
                assertTrue(sliced.childOrderId() == 0 || sliced.childOrderId() == algo.openChildId);
                assertTrue(sliced.nextSliceMillis() == 0 || sliced.nextSliceMillis() > sliced.timeMillis());
            }
            case EngineEvent.Trade trade -> {
                fill(trade, trade.maker(), trade.makerRemainingLots(), trade.makerParentLots());
                fill(trade, trade.taker(), trade.takerRemainingLots(), trade.takerParentLots());
            }
            case EngineEvent.OrderCancelled cancelled
            when cancelled.ref().isChild() -> {
                Algo algo = algos.get(cancelled.ref().parentOrderId());
                assertEquals(algo.openChildId, cancelled.ref().orderId());
                algo.openChildId = 0;
            }
            case EngineEvent.AlgoEnded ended -> end(ended);
            default -> {
                // Not of an algo order.
            }
        }
    }

    private void child(EngineEvent.OrderAccepted accepted) {
        Algo algo = algos.get(accepted.ref().parentOrderId());
        Command.PlaceOrder whole = algo.accepted.order();
        assertTrue(!algo.ended, "a child of an order that has ended");
        assertEquals(0, algo.openChildId, "two children at a time");
        assertEquals(
                whole.clientOrderId() + "." + ++algo.children, accepted.ref().clientOrderId());
        assertEquals(whole.intent(), accepted.order().intent());
        assertEquals(whole.side(), accepted.order().side());
        assertEquals(whole.priceTicks(), accepted.order().priceTicks());
        assertEquals(whole.trace(), accepted.ref().trace());
        long lots = accepted.order().quantityLots();
        assertTrue(lots <= algo.leftLots(), "children have more than the whole");
        if (algo.accepted.terms() instanceof AlgoTerms.Twap twap) {
            long usual = Math.ceilDiv(whole.quantityLots(), (long) twap.slices());
            assertTrue(lots <= 3 * usual, lots + " lots where " + usual + " are usual");
            assertTrue(accepted.timeMillis() < algo.accepted.timeMillis() + twap.durationMillis());
            assertTrue(algo.children <= twap.slices());
        } else if (algo.accepted.terms() instanceof AlgoTerms.Iceberg iceberg) {
            boolean last = lots == algo.leftLots();
            long least = iceberg.visibleLots() * (10_000 - iceberg.sizeRandomBps()) / 10_000;
            long most = iceberg.visibleLots() * (10_000 + iceberg.sizeRandomBps()) / 10_000;
            assertTrue(lots <= most && (last || lots >= least), "a tip of " + lots + " lots");
        }
        algo.openChildId = accepted.ref().orderId();
        algo.openLots = lots;
    }

    private void fill(EngineEvent.Trade trade, OrderRef ref, long remainingLots, long parentLots) {
        if (!ref.isChild()) {
            assertEquals(0, parentLots);
            return;
        }
        Algo algo = algos.get(ref.parentOrderId());
        assertEquals(algo.openChildId, ref.orderId());
        algo.filledLots += trade.lots();
        algo.openLots -= trade.lots();
        assertEquals(algo.leftLots(), parentLots);
        assertEquals(algo.openLots, remainingLots);
        if (remainingLots == 0) {
            algo.openChildId = 0;
        }
    }

    private void end(EngineEvent.AlgoEnded ended) {
        Algo algo = algos.get(ended.ref().orderId());
        assertNotNull(algo);
        assertTrue(!algo.ended, "ended twice");
        algo.ended = true;
        assertEquals(0, algo.openChildId, "ended with a child at work");
        assertEquals(algo.filledLots, ended.filledLots());
        assertEquals(algo.leftLots(), ended.cancelledLots());
        assertEquals(ended.reason().isEmpty(), ended.cancelledLots() == 0);
    }
}
