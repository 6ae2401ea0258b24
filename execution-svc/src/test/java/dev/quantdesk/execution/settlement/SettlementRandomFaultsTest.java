package dev.quantdesk.execution.settlement;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever fails, and whenever the worker is killed: no fill is lost, and none is settled twice. */
@Timeout(120)
class SettlementRandomFaultsTest {
    private static final int ROUNDS = 10;
    private static final int STEPS = 60;
    private static final int TRADERS = 10;

    /** Longer than a blockhash lives and its last block takes to be final, several times over. */
    private static final long HEALING_MILLIS_MAX = 900_000;

    /** Repeat a failure with -Dseed=…. */
    private final long seed = Long.getLong("seed", System.nanoTime());

    @Test
    void shouldSettleEachFillOnceWhenFaultsAndCrashesAreRandom() {
        System.out.println("SettlementRandomFaultsTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            SettlementScenario scenario = new SettlementScenario();
            run(round % 2 == 0 ? scenario : scenario.restartingFromSnapshots(), random);
        }
    }

    private static void run(SettlementScenario scenario, Random random) {
        Set<Long> poisoned = new HashSet<>();
        for (int step = 0; step < STEPS; step++) {
            disturb(scenario, random, poisoned);
            scenario.pass(50L * random.nextInt(random.nextInt(10) == 0 ? 2_000 : 20));
        }
        heal(scenario);
        scenario.trade(0, 1);
        scenario.passUntilSettled(HEALING_MILLIS_MAX);
        scenario.pass(5_000);
        scenario.assertEachSettledOnce();
    }

    private static void disturb(SettlementScenario scenario, Random random, Set<Long> poisoned) {
        switch (random.nextInt(15)) {
            case 0 -> scenario.chain.down = !scenario.chain.down;
            case 1 -> scenario.chain.dropping = !scenario.chain.dropping;
            case 2 -> scenario.chain.losingAnswers = !scenario.chain.losingAnswers;
            case 3 -> scenario.logDown = !scenario.logDown;
            case 4 -> scenario.logAnswersLost = !scenario.logAnswersLost;
            case 5, 6 -> scenario.crashAndRestart();
            case 7 ->
                scenario.chain.refusedInPreflight = memo -> poisoned.stream().anyMatch(memo::spans);
            case 8 -> scenario.chain.failsOnChain = memo -> poisoned.stream().anyMatch(memo::spans);
            case 9 -> scenario.chain.delaying = true;
            case 10, 11 -> scenario.chain.release();
            case 12 -> poisoned.add(trade(scenario, random));
            default -> {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    trade(scenario, random);
                }
            }
        }
    }

    private static long trade(SettlementScenario scenario, Random random) {
        int maker = random.nextInt(TRADERS);
        return scenario.trade(maker, (maker + 1 + random.nextInt(TRADERS - 1)) % TRADERS);
    }

    private static void heal(SettlementScenario scenario) {
        scenario.chain.release();
        scenario.chain.down = false;
        scenario.chain.dropping = false;
        scenario.chain.losingAnswers = false;
        scenario.chain.refusedInPreflight = memo -> false;
        scenario.chain.failsOnChain = memo -> false;
        scenario.logDown = false;
        scenario.logAnswersLost = false;
    }
}
