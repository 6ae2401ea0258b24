package dev.quantdesk.risk.support;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import java.math.BigDecimal;
import java.util.Map;
import java.util.SplittableRandom;

/** Markets in which a tick times a lot is one millionth of a USDC, so that figures in tests are plain numbers. */
public final class TestMarkets {
    public static final Market TEN_PERCENT = market(1, "TEN-PERP", 1_000);
    public static final Market FIVE_PERCENT = market(2, "FIVE-PERP", 500);
    public static final Market THIRD = market(3, "THIRD-PERP", 3_333);

    private TestMarkets() {}

    private static Market market(int id, String symbol, int initialMarginBps) {
        BigDecimal step = new BigDecimal("0.001");
        return new Market(
                id, symbol, "TST", step, step, 1, 1_000_000_000, 1_000_000, initialMarginBps, initialMarginBps / 2);
    }

    /** Marks of the three markets that are never stale. */
    public static Marks marks(long tenPercent, long fivePercent, long third) {
        return new Marks(
                Map.of(
                        1, new Marks.Mark(tenPercent, 0),
                        2, new Marks.Mark(fivePercent, 0),
                        3, new Marks.Mark(third, 0)),
                0);
    }

    public static Marks marks(long all) {
        return marks(all, all, all);
    }

    public static PublicKey account(long number) {
        return new PublicKey(number, 7, 7, 7);
    }

    /** The seed of a property test: given by {@code -Dseed=N}, or new; printed, so that a failure can be repeated. */
    public static SplittableRandom seeded(String test) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println(test + " runs with -Dseed=" + seed);
        return new SplittableRandom(seed);
    }
}
