package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.telemetry.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementOutageTest {
    private final SettlementScenario scenario = new SettlementScenario();

    @Test
    void shouldSettleEverythingWhenTheNodeComesBack() {
        scenario.chain.down = true;
        for (int i = 0; i < 10; i++) {
            scenario.trade(0, 1);
        }
        scenario.pass(60_000);
        assertFalse(scenario.worker.isNodeAnswering());
        assertEquals(10, scenario.worker.pendingTrades());

        scenario.chain.down = false;
        scenario.passUntilSettled(20_000);

        assertTrue(scenario.worker.isNodeAnswering());
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldSettleOnceWhenTheNodeGoesDownInFlight() {
        scenario.trade(0, 1);
        scenario.passUntil("sent", () -> scenario.chain.sends == 1, 3_000);
        scenario.chain.down = true;
        scenario.pass(300_000);

        scenario.chain.down = false;
        scenario.passUntilSettled(20_000);

        assertEquals(1, scenario.chain.sends);
        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldSettleOnceWhenTheAnswersToSendsAreLost() {
        scenario.chain.losingAnswers = true;
        scenario.trade(0, 1);

        scenario.passUntilSettled(20_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldSettleOnceWhenTheAnswersOfTheLogAreLost() {
        scenario.logAnswersLost = true;
        scenario.trade(0, 1);
        scenario.pass(5_000);

        scenario.logAnswersLost = false;
        scenario.passUntilSettled(20_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldWaitForFundsOnASharedClusterAndAskForNone() {
        scenario.chain.payerLamports = 0;
        scenario.trade(0, 1);
        scenario.pass(300_000);
        assertEquals(0, scenario.chain.airdrops);
        assertEquals(0, scenario.chain.sends);
        int looks = scenario.chain.balanceCalls;
        assertTrue(looks >= 8 && looks <= 20, () -> looks + " looks at the balance in 5 minutes");

        scenario.chain.payerLamports = PayerFunds.LAMPORTS_MIN;
        scenario.passUntilSettled(65_000);

        scenario.assertEachSettledOnce();
    }

    @Test
    void shouldAskTheLocalChainForFundsWhenThereAreNone() {
        SettlementScenario local =
                new SettlementScenario(SettlementConfig.defaults(ScriptedChain.GENESIS_HASH), Telemetry.none());
        local.chain.payerLamports = 0;
        local.chain.airdropsLand = false;
        local.trade(0, 1);
        local.pass(9_000);
        assertEquals(1, local.chain.airdrops);

        local.chain.airdropsLand = true;
        local.passUntilSettled(20_000);

        assertEquals(2, local.chain.airdrops);
        local.assertEachSettledOnce();
    }

    @Test
    void shouldAskTheLocalChainForFundsAsSoonAsItSaysThatItIsTheLocalOne() {
        SettlementScenario local =
                new SettlementScenario(SettlementConfig.defaults(ScriptedChain.GENESIS_HASH), Telemetry.none());
        local.chain.payerLamports = 0;
        local.chain.nameless = true;
        local.trade(0, 1);
        local.pass(60_000);
        assertEquals(0, local.chain.airdrops);
        int questions = local.chain.genesisCalls;
        assertTrue(questions >= 6 && questions <= 15, () -> questions + " questions in a minute");

        local.chain.nameless = false;
        local.passUntilSettled(20_000);

        assertEquals(1, local.chain.airdrops);
        assertEquals(questions + 1, local.chain.genesisCalls);
        local.assertEachSettledOnce();
    }

    @Test
    void shouldAskNoFundsOfAClusterThatSaysItIsAnotherThanTheLocalOne() {
        SettlementScenario other = new SettlementScenario(SettlementConfig.defaults("another"), Telemetry.none());
        other.chain.payerLamports = 0;
        other.trade(0, 1);
        other.pass(300_000);

        assertEquals(0, other.chain.airdrops);
        assertEquals(1, other.chain.genesisCalls);
    }

    @Test
    void shouldConfirmWhatIsInFlightWhileTheNodeDoesNotSayWhichClusterItIs() {
        SettlementScenario local =
                new SettlementScenario(SettlementConfig.defaults(ScriptedChain.GENESIS_HASH), Telemetry.none());
        local.chain.nameless = true;
        local.trade(0, 1);

        local.passUntilSettled(3_000);

        local.assertEachSettledOnce();
    }

    @Test
    void shouldWaitWhenFundsRunOutInFlight() {
        scenario.trade(0, 1);
        scenario.passUntilSettled(3_000);
        scenario.chain.payerLamports = 0;
        scenario.trade(0, 1);
        scenario.pass(10_000);
        assertEquals(1, scenario.unsettled());

        scenario.chain.payerLamports = PayerFunds.LAMPORTS_MIN;
        scenario.passUntilSettled(120_000);

        scenario.assertEachSettledOnce();
    }
}
