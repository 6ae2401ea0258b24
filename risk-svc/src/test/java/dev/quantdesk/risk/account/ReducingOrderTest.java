package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.risk.margin.Margin;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An account long 10 at 100 with 20 of collateral; at a mark of 90 it is under water by 170. */
@Timeout(20)
class ReducingOrderTest {
    private static final Marks UNDER_WATER = TestMarkets.marks(90);

    private final Account account = new Account();

    @BeforeEach
    void underWater() {
        account.collateral(20, 1);
        account.restore(TestMarkets.TEN_PERCENT, Position.FLAT.traded(Side.BUY, 100, 10));
        assertEquals(new Margin(-80, 90), account.margin(UNDER_WATER));
    }

    private Decision reserve(Side side, long lots, boolean reduceOnly, Marks marks) {
        return account.reserve(
                UUID.randomUUID(), new OrderDraft(TestMarkets.TEN_PERCENT, side, 90, lots, reduceOnly), marks, 0);
    }

    @Test
    void shouldPassWhenItClosesNoMoreThanThePosition() {
        assertEquals(
                new Decision.Granted(Optional.of(new Decision.Figures(0, new Margin(-80, 90)))),
                reserve(Side.SELL, 10, false, UNDER_WATER));
    }

    @Test
    void shouldBeRefusedWhenItCouldFlipThePosition() {
        assertInstanceOf(Decision.Insufficient.class, reserve(Side.SELL, 11, false, UNDER_WATER));
    }

    @Test
    void shouldBeRefusedWhenEarlierOrdersCloseThePositionAlready() {
        reserve(Side.SELL, 7, false, UNDER_WATER);

        assertInstanceOf(Decision.Granted.class, reserve(Side.SELL, 3, false, UNDER_WATER));
        assertInstanceOf(Decision.Insufficient.class, reserve(Side.SELL, 1, false, UNDER_WATER));
    }

    @Test
    void shouldPassAndNeedNothingWhenMarkedReduceOnly() {
        assertEquals(
                new Decision.Granted(Optional.of(new Decision.Figures(0, new Margin(-80, 90)))),
                reserve(Side.SELL, 1_000, true, UNDER_WATER));
        assertEquals(0, account.heldReservations());
        assertEquals(new Margin(-80, 90), account.margin(UNDER_WATER));
    }

    @Test
    void shouldPassWithoutAnyMark() {
        Marks none = new Marks(Map.of(), 0);

        assertEquals(new Decision.Granted(Optional.empty()), reserve(Side.SELL, 4, false, none));
        assertEquals(new Decision.Granted(Optional.empty()), reserve(Side.SELL, 4, true, none));
    }

    @Test
    void shouldBeRefusedWhenItAddsToThePosition() {
        assertInstanceOf(Decision.Insufficient.class, reserve(Side.BUY, 1, false, UNDER_WATER));
    }

    @Test
    void shouldNotCountOpenReduceOnlyOrders() {
        OpenOrder order = new OpenOrder(5, TestMarkets.TEN_PERCENT, Side.SELL, 50, 500, true);
        account.open(order, EngineChange.NO_RESERVATION);

        assertEquals(new Margin(-80, 90), account.margin(UNDER_WATER));
        assertTrue(account.close(5));
        assertEquals(new Margin(-80, 90), account.margin(UNDER_WATER));
    }
}
