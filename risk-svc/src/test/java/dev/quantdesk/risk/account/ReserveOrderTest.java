package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Margin;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Figures at a margin fraction of 10 % unless another market is named. */
@Timeout(20)
class ReserveOrderTest {
    private final Account account = new Account();

    private Decision reserve(Market market, Side side, long ticks, long lots, Marks marks) {
        return account.reserve(UUID.randomUUID(), new OrderDraft(market, side, ticks, lots, false), marks, 0);
    }

    @Test
    void shouldReserveWhenExactlyEnoughIsFree() {
        account.collateral(1_000, 1);

        Decision decision = reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 100, TestMarkets.marks(100));

        assertEquals(
                new Decision.Granted(Optional.of(new Decision.Figures(1_000, new Margin(1_000, 1_000)))), decision);
        assertEquals(0, account.margin(TestMarkets.marks(100)).freeMicros());
    }

    @Test
    void shouldRefuseWhenOneMillionthIsMissing() {
        account.collateral(999, 1);

        Decision decision = reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 100, TestMarkets.marks(100));

        assertEquals(new Decision.Insufficient(1_000, 999, 99, 1), decision);
        assertEquals(0, account.margin(TestMarkets.marks(100)).requirementMicros());
    }

    @Test
    void shouldCountProfitAndLossOfOtherMarketsAtTheirMarks() {
        account.collateral(500, 1);
        // 10 bought at 100: at a mark of 130 they have gained 300 and need 65.
        account.restore(TestMarkets.FIVE_PERCENT, Position.FLAT.traded(Side.BUY, 100, 10));

        Decision decision = reserve(TestMarkets.TEN_PERCENT, Side.SELL, 100, 73, TestMarkets.marks(100, 130, 1));

        assertEquals(new Decision.Granted(Optional.of(new Decision.Figures(730, new Margin(800, 795)))), decision);
    }

    @Test
    void shouldSeeLossesOfOtherMarkets() {
        account.collateral(500, 1);
        // 10 bought at 100: at a mark of 60 they have lost 400 and need 30.
        account.restore(TestMarkets.FIVE_PERCENT, Position.FLAT.traded(Side.BUY, 100, 10));

        Decision decision = reserve(TestMarkets.TEN_PERCENT, Side.SELL, 100, 8, TestMarkets.marks(100, 60, 1));

        assertEquals(new Decision.Insufficient(80, 70, 7, 10), decision);
    }

    @Test
    void shouldRefuseWithoutCollateral() {
        assertInstanceOf(
                Decision.NoCollateral.class,
                reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 1, TestMarkets.marks(100)));
    }

    @Test
    void shouldRefuseWhenTheMarkOfTheMarketIsStale() {
        account.collateral(1_000_000, 1);
        Marks stale = new Marks(Map.of(1, new Marks.Mark(100, 4_999)), 5_000);

        Marks.StaleMarkException refused = assertThrows(
                Marks.StaleMarkException.class, () -> reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 1, stale));

        assertEquals(TestMarkets.TEN_PERCENT, refused.market());
        assertEquals(0, account.heldReservations());
    }

    @Test
    void shouldAcceptAMarkOfExactlyTheGreatestAge() {
        account.collateral(1_000_000, 1);
        Marks fresh = new Marks(Map.of(1, new Marks.Mark(100, 5_000)), 5_000);

        assertInstanceOf(Decision.Granted.class, reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 1, fresh));
    }

    @Test
    void shouldRefuseWhenAnotherMarketThatMattersHasNoMark() {
        account.collateral(1_000_000, 1);
        account.restore(TestMarkets.FIVE_PERCENT, Position.FLAT.traded(Side.BUY, 100, 10));
        Marks onlyOne = new Marks(Map.of(1, new Marks.Mark(100, 0)), 0);

        Marks.StaleMarkException refused = assertThrows(
                Marks.StaleMarkException.class, () -> reserve(TestMarkets.TEN_PERCENT, Side.BUY, 100, 1, onlyOne));

        assertEquals(TestMarkets.FIVE_PERCENT, refused.market());
    }
}
