package dev.quantdesk.risk.margin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.risk.support.TestMarkets;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MarginRoundingTest {

    @Test
    void shouldRoundUpToAMillionth() {
        MarketExposure exposure = new MarketExposure(TestMarkets.THIRD);
        exposure.addOrder(Side.BUY, 1, 1);

        // 33.33 % of one millionth.
        assertEquals(1, exposure.requirementMicros(100));
    }

    @Test
    void shouldNotRoundWhatIsWhole() {
        MarketExposure exposure = new MarketExposure(TestMarkets.THIRD);
        exposure.addOrder(Side.BUY, 1, 10_000);

        assertEquals(3_333, exposure.requirementMicros(100));
    }

    @Test
    void shouldEqualTheExactFractionForAnyNotional() {
        SplittableRandom random = TestMarkets.seeded("MarginRoundingTest");
        for (int round = 0; round < 20_000; round++) {
            long ticks = random.nextLong(1, 1L << random.nextInt(1, 26));
            long lots = random.nextLong(1, 1L << random.nextInt(1, 30));
            MarketExposure exposure = new MarketExposure(TestMarkets.THIRD);
            exposure.addOrder(Side.SELL, ticks, lots);
            BigInteger[] exact = BigInteger.valueOf(ticks)
                    .multiply(BigInteger.valueOf(lots))
                    .multiply(BigInteger.valueOf(3_333))
                    .divideAndRemainder(BigInteger.valueOf(10_000));
            long expected = exact[0].longValueExact() + (exact[1].signum() > 0 ? 1 : 0);
            assertEquals(expected, exposure.requirementMicros(1), ticks + " ticks, " + lots + " lots");
        }
    }

    @Test
    void shouldHandleTheLargestOrderOfEveryMarket() {
        for (var market : Markets.load().all()) {
            MarketExposure exposure = new MarketExposure(market);
            exposure.addOrder(Side.BUY, market.maxPriceTicks(), market.maxLots());
            long notional = market.maxPriceTicks() * market.maxLots() * market.microsPerTickLot();
            long loss = (market.maxPriceTicks() - 1) * market.maxLots() * market.microsPerTickLot();

            assertEquals(
                    Math.ceilDiv(notional, 10_000 / market.initialMarginBps()) + loss,
                    exposure.requirementMicros(1),
                    market.symbol());
        }
    }

    @Test
    void shouldRefuseToComputeBeyondALong() {
        MarketExposure exposure = new MarketExposure(TestMarkets.TEN_PERCENT);
        exposure.addOrder(Side.BUY, 1, Long.MAX_VALUE / 2);

        assertThrows(ArithmeticException.class, () -> exposure.addOrder(Side.BUY, 3, Long.MAX_VALUE / 4));
        assertEquals(Long.MAX_VALUE / 2, exposure.openLots(Side.BUY));
    }
}
