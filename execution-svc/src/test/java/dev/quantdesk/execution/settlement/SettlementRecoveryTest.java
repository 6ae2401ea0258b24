package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.kit.telemetry.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementRecoveryTest {
    /** Blocks until a blockhash is dead and that is final, and some. */
    private static final long EXPIRY_MILLIS =
            (ScriptedChain.VALID_BLOCKS + ScriptedChain.FINALIZED_DEPTH + 10) * SettlementScenario.SLOT_MILLIS;

    private final SettlementScenario scenario = scenario(new SettlementScenario());

    /** How its workers are restarted. */
    SettlementScenario scenario(SettlementScenario made) {
        return made;
    }

    @Test
    void shouldSettleOnceWhenItCrashesBetweenRecordAndSend() {
        scenario.logAnswersLost = true;
        scenario.trade(0, 1);
        scenario.passUntil("recorded", () -> submissions() == 1, 3_000);
        assertEquals(0, scenario.chain.sends);

        scenario.crashAndRestart();
        scenario.logAnswersLost = false;
        scenario.pass(30_000);
        assertEquals(0, scenario.chain.sends, "sent again while the first may still be on its way");
        scenario.passUntilSettled(EXPIRY_MILLIS);

        scenario.assertEachSettledOnce();
        assertEquals(1, scenario.events(EngineEvent.SettlementReverted.class).size());
    }

    @Test
    void shouldFindTheTransactionWhenItCrashesBetweenSendAndConfirmation() {
        scenario.trade(0, 1);
        scenario.passUntil("sent", () -> scenario.chain.sends == 1, 3_000);

        scenario.crashAndRestart();
        scenario.passUntilSettled(3_000);

        assertEquals(1, scenario.chain.sends);
        assertEquals(1, submissions());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldNotSettleAgainWhenItCrashesAfterConfirmation() {
        scenario.trade(0, 1);
        scenario.passUntilSettled(3_000);

        scenario.crashAndRestart();
        scenario.pass(10_000);

        assertEquals(1, scenario.chain.sends);
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldSettleAnewWhenTheTransactionExpires() {
        scenario.chain.dropping = true;
        scenario.trade(0, 1);
        scenario.passUntil("sent", () -> scenario.chain.sends > 0, 3_000);
        scenario.passUntil("given up", () -> reverts() == 1, EXPIRY_MILLIS);
        assertEquals(
                "blockhash expired",
                scenario.events(EngineEvent.SettlementReverted.class).getFirst().reason());

        scenario.chain.dropping = false;
        scenario.passUntilSettled(3_000);

        assertEquals(2, submissions());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldNotGiveUpWhenTheLastValidBlockIsNotYetFinal() {
        scenario.chain.dropping = true;
        scenario.trade(0, 1);
        scenario.passUntil("sent", () -> scenario.chain.sends > 0, 3_000);
        long lastValid = scenario.events(EngineEvent.SettlementSubmitted.class)
                .getFirst()
                .lastValidBlockHeight();

        scenario.passUntil(
                "almost final", () -> scenario.chain.slot >= lastValid + ScriptedChain.FINALIZED_DEPTH, EXPIRY_MILLIS);

        assertEquals(0, reverts());
    }

    @Test
    void shouldSettleAnewWhenTheLocalChainWasBegunAgain() {
        SettlementScenario local = scenario(
                new SettlementScenario(SettlementConfig.defaults(ScriptedChain.GENESIS_HASH), Telemetry.none()));
        local.chain.dropping = true;
        local.trade(0, 1);
        local.passUntil("sent", () -> local.chain.sends > 0, 3_000);

        local.crashAndRestart();
        local.chain.dropping = false;
        local.chain.slot = 40;
        local.passUntilSettled(10_000);

        local.assertEachSettledOnce();
    }

    private long submissions() {
        return scenario.events(EngineEvent.SettlementSubmitted.class).size();
    }

    private long reverts() {
        return scenario.events(EngineEvent.SettlementReverted.class).size();
    }
}
