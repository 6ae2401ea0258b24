package dev.quantdesk.risk.margin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.risk.support.TestMarkets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Figures at a margin fraction of 10 % and a mark of 100 ticks. */
@Timeout(20)
class ImmediateLossTest {
    private final MarketExposure exposure = new MarketExposure(TestMarkets.TEN_PERCENT);

    @Test
    void shouldAddWhatABuyAboveTheMarkLosesAtOnce() {
        exposure.addOrder(Side.BUY, 108, 10);

        assertEquals(108 + 80, exposure.requirementMicros(100));
    }

    @Test
    void shouldAddWhatASellBelowTheMarkLosesAtOnce() {
        exposure.addOrder(Side.SELL, 92, 10);

        assertEquals(92 + 80, exposure.requirementMicros(100));
    }

    @Test
    void shouldAddNothingAtTheMarkOrBehindIt() {
        exposure.addOrder(Side.BUY, 100, 10);
        exposure.addOrder(Side.SELL, 100, 10);

        assertEquals(100, exposure.requirementMicros(100));
    }

    @Test
    void shouldCountTheLossOfLotsThatCloseAsWell() {
        exposure.position(Position.FLAT.traded(Side.BUY, 100, 10));
        exposure.addOrder(Side.SELL, 95, 10);

        assertEquals(100 + 50, exposure.requirementMicros(100));
    }

    @Test
    void shouldGrowWhenTheMarkMovesAwayFromARestingOrder() {
        exposure.addOrder(Side.BUY, 100, 10);

        assertEquals(100, exposure.requirementMicros(120));
        assertEquals(100 + 300, exposure.requirementMicros(70));
    }
}
