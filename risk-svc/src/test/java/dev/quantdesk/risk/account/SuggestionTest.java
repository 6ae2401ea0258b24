package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The smallest change that would pass does pass, and anything smaller does not. */
@Timeout(60)
class SuggestionTest {
    private static final int ROUNDS = 4_000;

    @Test
    void shouldPassWithTheSuggestedQuantityAndFailWithOneLotMore() {
        SplittableRandom random = TestMarkets.seeded("SuggestionTest");
        int suggestions = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long seed = random.nextLong();
            Decision decision = decide(seed, -1, 0);
            if (decision instanceof Decision.Insufficient insufficient && insufficient.passingLots() > 0) {
                suggestions++;
                assertInstanceOf(Decision.Granted.class, decide(seed, insufficient.passingLots(), 0), "case " + seed);
                assertInstanceOf(
                        Decision.Insufficient.class, decide(seed, insufficient.passingLots() + 1, 0), "case " + seed);
            }
        }
        assertTrue(suggestions > ROUNDS / 20, "only " + suggestions + " cases had a suggestion");
    }

    @Test
    void shouldPassWithTheMissingCollateralAndFailWithAMillionthLess() {
        SplittableRandom random = TestMarkets.seeded("SuggestionTest");
        int refusals = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long seed = random.nextLong();
            Decision decision = decide(seed, -1, 0);
            if (decision instanceof Decision.Insufficient insufficient) {
                refusals++;
                assertEquals(insufficient.neededMicros() - insufficient.freeMicros(), insufficient.missingMicros());
                assertInstanceOf(Decision.Granted.class, decide(seed, -1, insufficient.missingMicros()));
                assertInstanceOf(Decision.Insufficient.class, decide(seed, -1, insufficient.missingMicros() - 1));
            }
        }
        assertTrue(refusals > ROUNDS / 10, "only " + refusals + " cases were refused");
    }

    @Test
    void shouldSuggestADepositWhenNotEvenTheSmallestQuantityPasses() {
        Account account = new Account();
        account.collateral(9, 1);

        Decision decision = account.reserve(
                UUID.randomUUID(),
                new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 5, false),
                TestMarkets.marks(100),
                0);

        assertEquals(new Decision.Insufficient(50, 9, 0, 41), decision);
    }

    @Test
    void shouldSuggestWhatCanBeClosedWhenTheAccountIsUnderWater() {
        Account account = new Account();
        account.collateral(10, 1);
        account.restore(TestMarkets.TEN_PERCENT, Position.FLAT.traded(Side.SELL, 100, 10));

        Decision decision = account.reserve(
                UUID.randomUUID(),
                new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 150, 40, false),
                TestMarkets.marks(150),
                0);

        assertEquals(10, assertInstanceOf(Decision.Insufficient.class, decision).passingLots());
    }

    /**
     * Decides about one order of an account that the seed makes up.
     *
     * @param lots of the order, or −1 for the seed's own
     */
    private static Decision decide(long seed, long lots, long deposit) {
        SplittableRandom random = new SplittableRandom(seed);
        Marks marks = TestMarkets.marks(random.nextLong(50, 150), random.nextLong(50, 150), 100);
        Account account = new Account();
        account.collateral(random.nextLong(1, 6_000) + deposit, 1);
        for (var market : new dev.quantdesk.kit.market.Market[] {TestMarkets.TEN_PERCENT, TestMarkets.FIVE_PERCENT}) {
            if (random.nextBoolean()) {
                Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
                account.restore(market, Position.FLAT.traded(side, random.nextLong(80, 120), random.nextLong(1, 150)));
            }
            for (int order = random.nextInt(4); order > 0; order--) {
                account.open(
                        new OpenOrder(
                                random.nextLong(1, Long.MAX_VALUE),
                                market,
                                random.nextBoolean() ? Side.BUY : Side.SELL,
                                random.nextLong(50, 150),
                                random.nextLong(1, 100),
                                random.nextInt(5) == 0),
                        EngineChange.NO_RESERVATION);
            }
        }
        Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
        long ticks = random.nextLong(50, 150);
        long own = random.nextLong(1, 2_000);
        OrderDraft draft = new OrderDraft(TestMarkets.TEN_PERCENT, side, ticks, lots < 0 ? own : lots, false);
        return account.reserve(UUID.randomUUID(), draft, marks, 0);
    }
}
