package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.kit.telemetry.Telemetry;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementRejectionTest {
    private final SettlementScenario scenario = new SettlementScenario();

    @Test
    void shouldSettleTheOthersWhenOneFillIsRefusedInPreflight() {
        scenario.trade(0, 1);
        long bad = scenario.trade(2, 3);
        scenario.trade(4, 5);
        scenario.chain.refusedInPreflight = memo -> memo.spans(bad);

        scenario.passUntil("the others settled", () -> scenario.unsettled() == 1, 5_000);

        assertEquals(0, scenario.timesSettled(bad));
        assertTrue(scenario.events(EngineEvent.SettlementReverted.class)
                .getFirst()
                .reason()
                .contains("0x2"));
    }

    @Test
    void shouldSettleTheOthersWhenOneFillFailsOnChain() {
        scenario.trade(0, 1);
        long bad = scenario.trade(2, 3);
        scenario.trade(4, 5);
        scenario.chain.failsOnChain = memo -> memo.spans(bad);

        scenario.passUntil("the others settled", () -> scenario.unsettled() == 1, 10_000);

        assertEquals(0, scenario.timesSettled(bad));
    }

    @Test
    void shouldTryARejectedFillEverMoreRarelyAndSettleItWhenItIsTaken() {
        long bad = scenario.trade(0, 1);
        scenario.chain.refusedInPreflight = memo -> memo.spans(bad);
        scenario.pass(30_000);
        int tries = scenario.chain.sends;
        assertTrue(tries >= 4 && tries <= 5, () -> tries + " tries in 30 s");

        scenario.chain.refusedInPreflight = memo -> false;
        scenario.passUntilSettled(60_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldKeepSettlingNewFillsWhenRejectedOnesAreRetried() {
        long bad = scenario.trade(0, 1);
        scenario.chain.refusedInPreflight = memo -> memo.spans(bad);
        for (int i = 0; i < 20; i++) {
            scenario.pass(500);
            scenario.trade(2, 3);
        }

        scenario.passUntil("all but one settled", () -> scenario.unsettled() == 1, 5_000);
    }

    @Test
    void shouldHaltNewFillsWhenTooManyAreRejected() {
        SettlementConfig defaults = SettlementConfig.defaults("");
        SettlementConfig small = new SettlementConfig(
                "",
                defaults.batchesInFlightMax(),
                defaults.gatherMillis(),
                defaults.pollMillis(),
                defaults.rebroadcastMillis(),
                defaults.expiryCheckMillis(),
                defaults.retryMillisMin(),
                defaults.nodeRetryMillisMax(),
                2_000,
                60_000,
                3);
        SettlementScenario halted = new SettlementScenario(small, Telemetry.none());
        halted.chain.refusedInPreflight = memo -> true;
        for (int i = 0; i < 3; i++) {
            halted.trade(0, 1);
        }
        halted.pass(1_500);
        long fresh = halted.trade(2, 3);

        halted.pass(1_000);
        boolean taken = halted.events(EngineEvent.SettlementSubmitted.class).stream()
                .anyMatch(event -> Arrays.stream(event.tradeIds()).anyMatch(id -> id == fresh));
        assertTrue(!taken, "a new fill was taken up");
        halted.chain.refusedInPreflight = memo -> false;
        halted.passUntilSettled(90_000);

        halted.assertEachSettledOnce();
    }

    @Test
    void shouldWaitForExpiryWhenARefusedTransactionMayHaveBeenPassedOn() {
        long trade = scenario.trade(0, 1);
        scenario.chain.losingAnswers = true;
        scenario.chain.dropping = true;
        scenario.passUntil("sent", () -> scenario.chain.sends == 1, 3_000);
        scenario.chain.losingAnswers = false;
        scenario.chain.refusedInPreflight = memo -> memo.spans(trade);

        scenario.pass(30_000);

        assertEquals(0, scenario.events(EngineEvent.SettlementReverted.class).size());
        scenario.chain.dropping = false;
        scenario.chain.refusedInPreflight = memo -> false;
        scenario.passUntilSettled(120_000);
        scenario.assertEachSettledOnce();
    }
}
