package dev.quantdesk.intelligence.orderflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a best bid of 5 at 100 and a best ask of 7 at 102. */
@Timeout(10)
class OrderFlowImbalanceTest {
    private static final BestQuote BEFORE = quote("100", 5, "102", 7);

    static BestQuote quote(String bid, double bidSize, String ask, double askSize) {
        return new BestQuote(new BigDecimal(bid), bidSize, new BigDecimal(ask), askSize);
    }

    private static void assertContribution(double wanted, BestQuote after) {
        assertEquals(wanted, OrderFlowImbalance.contribution(BEFORE, after));
    }

    @Test
    void shouldCountTheDifferenceWhenASizeChangesAtTheSamePrice() {
        assertContribution(3, quote("100", 8, "102", 7));
        assertContribution(-4, quote("100", 1, "102", 7));
        assertContribution(-2, quote("100", 5, "102", 9));
        assertContribution(6, quote("100", 5, "102", 1));
    }

    @Test
    void shouldCountTheNewSizeWhenTheBidRises() {
        assertContribution(2, quote("101", 2, "102", 7));
    }

    @Test
    void shouldCountTheOldSizeAgainstWhenTheBidFalls() {
        assertContribution(-5, quote("99", 20, "102", 7));
    }

    @Test
    void shouldCountTheNewSizeAgainstWhenTheAskFalls() {
        assertContribution(-3, quote("100", 5, "101", 3));
    }

    @Test
    void shouldCountTheOldSizeWhenTheAskRises() {
        assertContribution(7, quote("100", 5, "103", 40));
    }

    @Test
    void shouldAddBothSides() {
        assertContribution(4 + 7, quote("101", 4, "103", 1));
        assertContribution(-5 - 9, quote("99", 4, "101", 9));
        assertContribution(0, quote("100.0", 5, "102.00", 7));
    }

    /** The same quantity by cases, as the paper explains it in words. */
    private static double naive(BestQuote before, BestQuote after) {
        double demand;
        int bid = after.bidPrice().compareTo(before.bidPrice());
        if (bid > 0) {
            demand = after.bidSize();
        } else if (bid < 0) {
            demand = -before.bidSize();
        } else {
            demand = after.bidSize() - before.bidSize();
        }
        double supply;
        int ask = after.askPrice().compareTo(before.askPrice());
        if (ask < 0) {
            supply = after.askSize();
        } else if (ask > 0) {
            supply = -before.askSize();
        } else {
            supply = after.askSize() - before.askSize();
        }
        return demand - supply;
    }

    @Test
    void shouldEqualTheCasesOneByOneForAnyQuotes() {
        long seed = Long.getLong("seed", 20260104L);
        SplittableRandom random = new SplittableRandom(seed);
        BestQuote before = BEFORE;
        boolean[] seen = new boolean[9];
        for (int i = 0; i < 10_000; i++) {
            int bid = 100 + random.nextInt(3);
            BestQuote after = quote(
                    Integer.toString(bid),
                    random.nextInt(50),
                    Integer.toString(bid + 1 + random.nextInt(4)),
                    random.nextInt(50));
            assertEquals(
                    naive(before, after),
                    OrderFlowImbalance.contribution(before, after),
                    1e-12,
                    "seed " + seed + ", from " + before + " to " + after);
            seen[
                    3 * (after.bidPrice().compareTo(before.bidPrice()) + 1)
                            + after.askPrice().compareTo(before.askPrice())
                            + 1] = true;
            before = after;
        }
        for (boolean kind : seen) {
            assertTrue(kind, "seed " + seed + " leaves a kind of move out");
        }
    }
}
