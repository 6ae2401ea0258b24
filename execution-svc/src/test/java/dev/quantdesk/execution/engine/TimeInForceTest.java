package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.book.Side;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TimeInForceTest {
    private final EngineFixture fixture = new EngineFixture();

    private void assertCancelled(CancelReason reason, long cancelledLots, long filledLots) {
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(reason, cancelled.reason());
        assertEquals(cancelledLots, cancelled.cancelledLots());
        assertEquals(filledLots, cancelled.filledLots());
        assertEquals(List.of(), fixture.engine.depth(Orders.MARKET, Side.BUY, 10));
    }

    @Test
    void shouldCancelTheRemainderWhenIocIsFilledInPart() {
        fixture.place(by(ALICE).sell(3).at(100));
        OrderState state = fixture.place(by(BOB).buy(5).at(100).ioc());
        assertEquals(new OrderState(2, OrderStatus.CANCELLED, 3, 0, 300, 4), state);
        assertCancelled(CancelReason.IOC_REMAINDER, 2, 3);
    }

    @Test
    void shouldCancelForLackOfLiquidityWhenIocMeetsNothing() {
        fixture.place(by(ALICE).sell(3).at(101));
        OrderState state = fixture.place(by(BOB).buy(5).at(100).ioc());
        assertEquals(OrderStatus.CANCELLED, state.status());
        assertCancelled(CancelReason.NO_LIQUIDITY, 5, 0);
    }

    @Test
    void shouldNotTradeThroughItsProtectionPriceWhenMarket() {
        fixture.place(by(ALICE).sell(3).at(100));
        fixture.place(by(ALICE).sell(3).at(106));
        OrderState state = fixture.place(by(BOB).buy(5).at(105).market());
        assertEquals(3, state.filledLots());
        assertCancelled(CancelReason.IOC_REMAINDER, 2, 3);
    }

    @Test
    void shouldFillWholeWhenFokIsFillable() {
        fixture.place(by(ALICE).sell(3).at(100));
        fixture.place(by(ALICE).sell(3).at(101));
        OrderState state = fixture.place(by(BOB).buy(6).at(101).fok());
        assertEquals(OrderStatus.FILLED, state.status());
        assertEquals(603, state.filledNotional());
    }

    @Test
    void shouldRefuseFokWithTheFillableLotsWhenThereAreTooFew() {
        fixture.place(by(ALICE).sell(3).at(100));
        fixture.place(by(ALICE).sell(3).at(102));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 4, 3, by(BOB).buy(4).at(101).fok());
        assertEquals(List.of(), fixture.events(EngineEvent.Trade.class));
    }

    @Test
    void shouldTakeFokForMarketOrders() {
        fixture.place(by(ALICE).sell(3).at(100));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                4,
                3,
                by(BOB).buy(4).at(101).market().fok());
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(BOB).buy(3).at(101).market().fok()).status());
    }

    @Test
    void shouldRefuseMarketOrdersThatWouldRest() {
        fixture.refused(
                RefusalReason.UNSUPPORTED_COMBINATION,
                0,
                0,
                by(BOB).buy(4).at(101).market().timeInForce(TimeInForce.GTC));
    }
}
