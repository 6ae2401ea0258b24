package dev.quantdesk.risk.margin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.risk.support.TestMarkets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Figures at a margin fraction of 10 % and a mark of 100 ticks. */
@Timeout(20)
class WorstCaseMarginTest {
    private static final long MARK = 100;

    private MarketExposure exposure;

    @BeforeEach
    void flat() {
        exposure = new MarketExposure(TestMarkets.TEN_PERCENT);
    }

    @Test
    void shouldMatchTheExampleOfTheJavadoc() {
        exposure.position(Position.FLAT.traded(Side.BUY, 95, 10));
        exposure.addOrder(Side.BUY, 98, 5);
        exposure.addOrder(Side.SELL, 103, 12);
        exposure.addOrder(Side.SELL, 99, 4);

        assertEquals(153, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldValueAPositionAtTheMarkWhicheverItsEntry() {
        exposure.position(Position.FLAT.traded(Side.SELL, 500, 20));

        assertEquals(200, exposure.requirementMicros(MARK));
        assertEquals(200, exposure.positionMarginMicros(MARK));
    }

    @Test
    void shouldValueAnOrderAtItsOwnPrice() {
        exposure.addOrder(Side.BUY, 80, 10);

        assertEquals(80, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldCountOnlyTheLargerSideWhenQuotingBoth() {
        exposure.addOrder(Side.BUY, 90, 10);
        exposure.addOrder(Side.SELL, 110, 10);

        assertEquals(110, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldNeedNothingMoreForOrdersThatClose() {
        exposure.position(Position.FLAT.traded(Side.BUY, 100, 10));
        exposure.addOrder(Side.SELL, 105, 10);

        assertEquals(100, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldCountWhatRemainsWhenOrdersWouldFlipThePosition() {
        exposure.position(Position.FLAT.traded(Side.SELL, 100, 10));
        exposure.addOrder(Side.BUY, 90, 30);

        // 20 lots would be long at 90: more than the short of 10 at 100.
        assertEquals(180, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldTakeTheDearestLotsAsThoseThatOpen() {
        exposure.position(Position.FLAT.traded(Side.BUY, 100, 10));
        exposure.addOrder(Side.SELL, 100, 15);
        exposure.addOrder(Side.SELL, 200, 10);

        // Of 25 lots the 10 cheapest close; 5 at 100 and 10 at 200 open.
        assertEquals(250, exposure.requirementMicros(MARK));
    }

    @Test
    void shouldReturnToTheSameWhenAnOrderIsTakenAway() {
        exposure.position(Position.FLAT.traded(Side.BUY, 100, 10));
        exposure.addOrder(Side.BUY, 120, 3);
        long before = exposure.requirementMicros(MARK);

        exposure.addOrder(Side.BUY, 120, 4);
        exposure.addOrder(Side.SELL, 90, 44);
        exposure.removeOrder(Side.SELL, 90, 44);
        exposure.removeOrder(Side.BUY, 120, 4);

        assertEquals(before, exposure.requirementMicros(MARK));
        assertEquals(3, exposure.openLots(Side.BUY));
        assertEquals(0, exposure.openLots(Side.SELL));
    }
}
