package dev.quantdesk.risk.margin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.risk.support.TestMarkets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PositionTest {

    @Test
    void shouldAverageTheEntryWhenAdding() {
        Position position = Position.FLAT.traded(Side.BUY, 100, 10).traded(Side.BUY, 130, 5);

        assertEquals(new Position(15, -1_650, 1_650), position);
        assertEquals(0, position.realised());
        assertEquals(15 * 120 - 1_650, position.unrealised(120));
    }

    @Test
    void shouldRealiseTheClosedShareWhenReducing() {
        Position position = Position.FLAT.traded(Side.BUY, 100, 10).traded(Side.SELL, 115, 4);

        assertEquals(new Position(6, -540, 600), position);
        assertEquals(4 * 15, position.realised());
        assertEquals(6 * 15, position.unrealised(115));
    }

    @Test
    void shouldOpenTheOtherWayAtTheTradePriceWhenFlipping() {
        Position position = Position.FLAT.traded(Side.BUY, 100, 10).traded(Side.SELL, 90, 25);

        assertEquals(-15, position.lots());
        assertEquals(15 * 90, position.entry());
        assertEquals(10 * -10, position.realised());
        assertEquals(15 * 10, position.unrealised(80));
    }

    @Test
    void shouldHaveNoCostWhenFlat() {
        Position position = Position.FLAT.traded(Side.SELL, 100, 7).traded(Side.BUY, 93, 7);

        assertEquals(new Position(0, 49, 0), position);
        assertEquals(49, position.realised());
    }

    @Test
    void shouldRoundTheShareHalfEvenAndKeepTheSumExact() {
        // 7 lots cost 101·3 + 100·4 = 703; closing 2 leaves 5/7 of it: 502.14… → 502.
        Position position =
                Position.FLAT.traded(Side.BUY, 101, 3).traded(Side.BUY, 100, 4).traded(Side.SELL, 100, 2);

        assertEquals(502, position.entry());
        assertEquals(position.profit(110), position.realised() + position.unrealised(110));
    }

    @Test
    void shouldRefuseWhatDoesNotFitALong() {
        assertThrows(ArithmeticException.class, () -> Position.FLAT.traded(Side.BUY, 1L << 40, 1L << 40));
    }

    @Test
    void shouldKeepProfitExactWhateverIsTraded() {
        SplittableRandom random = TestMarkets.seeded("PositionTest");
        for (int round = 0; round < 500; round++) {
            Position position = Position.FLAT;
            long lots = 0;
            long cash = 0;
            for (int trade = 0; trade < 40; trade++) {
                Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
                long ticks = random.nextLong(1, 1_000);
                long traded = random.nextLong(1, 50);
                position = position.traded(side, ticks, traded);
                lots += side == Side.BUY ? traded : -traded;
                cash += side == Side.BUY ? -ticks * traded : ticks * traded;
                long mark = random.nextLong(1, 1_000);
                assertEquals(cash + lots * mark, position.profit(mark));
                assertEquals(position.profit(mark), position.realised() + position.unrealised(mark));
            }
        }
    }
}
