package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.telemetry.Telemetry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementConfirmationTest {
    private final SettlementScenario scenario = new SettlementScenario();

    @Test
    void shouldSettleBothOrdersWhenTheChainConfirms() {
        scenario.trade(0, 1);

        scenario.passUntilSettled(3_000);

        scenario.assertEachSettledOnce();
        List<EngineEvent.OrderSettled> settled = scenario.events(EngineEvent.OrderSettled.class);
        assertEquals(2, settled.size());
        EngineEvent.SettlementSubmitted submitted =
                scenario.events(EngineEvent.SettlementSubmitted.class).getFirst();
        for (EngineEvent.OrderSettled order : settled) {
            assertArrayEquals(submitted.signature(), order.signature());
            assertTrue(order.slot() >= 1_000 && order.slot() <= scenario.chain.slot);
        }
    }

    @Test
    void shouldRecordTheSubmissionBeforeTheFirstSend() {
        scenario.logDown = true;
        scenario.trade(0, 1);

        scenario.pass(5_000);
        assertEquals(0, scenario.chain.sends);
        scenario.logDown = false;
        scenario.passUntilSettled(20_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldShareATransactionWhenFillsComeTogether() {
        for (int i = 0; i < 3; i++) {
            scenario.trade(2 * i, 2 * i + 1);
        }

        scenario.passUntilSettled(3_000);

        assertEquals(1, scenario.chain.landed.size());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldFillATransactionWhenOneOrderTradesManyTimes() {
        scenario.place(0, Side.BUY, TimeInForce.GTC, TraceParent.NONE, 100);
        for (int i = 0; i < 20; i++) {
            scenario.place(1, Side.SELL, TimeInForce.IOC, TraceParent.NONE, 5);
        }

        scenario.passUntilSettled(3_000);

        // The resting order's intent is shared: five takers fit beside it.
        assertEquals(4, scenario.chain.landed.size());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldAskForAllStatusesAtOnceAndBoundWhatIsInFlight() {
        SettlementScenario bounded =
                new SettlementScenario(SettlementConfig.defaults("").withBatchesInFlightMax(4), Telemetry.none());
        bounded.chain.dropping = true;
        for (int i = 0; i < 30; i++) {
            bounded.trade(0, 1);
        }

        bounded.pass(1_000);

        assertEquals(4, bounded.worker.batchesInFlight());
        assertEquals(30 - 4 * 3, bounded.worker.pendingTrades());
        assertTrue(bounded.chain.statusCalls <= 6, () -> bounded.chain.statusCalls + " status calls in a second");
    }

    @Test
    void shouldSendAgainWhenNotConfirmed() {
        scenario.chain.dropping = true;
        scenario.trade(0, 1);
        scenario.pass(3_500);
        int sends = scenario.chain.sends;
        assertTrue(sends >= 3 && sends <= 4, () -> sends + " sends in 3.5 s");

        scenario.chain.dropping = false;
        scenario.passUntilSettled(3_000);

        assertEquals(1, scenario.events(EngineEvent.SettlementSubmitted.class).size());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldIgnoreEventsWhenTheyComeAgain() {
        scenario.trade(0, 1);
        scenario.passUntilSettled(3_000);
        scenario.journal.forEach(event -> scenario.worker.onEvent(event, false));

        scenario.pass(3_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldDoNothingWhenNothingTrades() {
        scenario.place(0, Side.BUY, TimeInForce.GTC, TraceParent.NONE, 1);

        scenario.pass(10_000);

        assertEquals(0, scenario.chain.statusCalls + scenario.chain.sends + scenario.chain.balanceCalls);
    }
}
