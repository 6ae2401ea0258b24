package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SelfTradeTest {
    private final EngineFixture fixture = new EngineFixture();

    @Test
    void shouldCancelTheTakersRemainderWhenItMeetsItsOwnOrder() {
        Command.PlaceOrder own = by(ALICE).sell(5).at(101).build();
        fixture.place(by(BOB).sell(2).at(100));
        fixture.send(own);
        fixture.place(by(BOB).sell(9).at(102));
        OrderState state = fixture.place(by(ALICE).buy(6).at(102));

        assertEquals(2, state.filledLots());
        assertEquals(OrderStatus.CANCELLED, state.status());
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.SELF_TRADE, cancelled.reason());
        assertEquals(4, cancelled.cancelledLots());
        assertEquals(OrderStatus.OPEN, fixture.stateOf(own).status());
    }

    @Test
    void shouldNotMatterWhenTheOwnOrderIsNotReached() {
        fixture.place(by(BOB).sell(6).at(100));
        fixture.place(by(ALICE).sell(5).at(101));
        assertEquals(OrderStatus.FILLED, fixture.place(by(ALICE).buy(6).at(102)).status());
    }

    @Test
    void shouldRefuseFokWhenItsOwnOrderStandsInTheWay() {
        fixture.place(by(BOB).sell(2).at(100));
        fixture.place(by(ALICE).sell(5).at(101));
        fixture.place(by(BOB).sell(9).at(102));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 3, 2, by(ALICE).buy(3).at(102).fok());
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(ALICE).buy(2).at(102).fok()).status());
    }

    @Test
    void shouldCancelTheRestingOrderAndGoOnWhenTheMakerIsToExpire() {
        Command.PlaceOrder own = by(ALICE).sell(5).at(101).build();
        fixture.send(own);
        fixture.place(by(BOB).sell(9).at(102));
        OrderState state = fixture.place(by(ALICE).buy(6).at(102).selfTrade(SelfTradePrevention.EXPIRE_MAKER));

        assertEquals(OrderStatus.FILLED, state.status());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(own).status());
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.SELF_TRADE, cancelled.reason());
        assertEquals(5, cancelled.cancelledLots());
    }

    @Test
    void shouldCancelBothWhenBothAreToExpire() {
        Command.PlaceOrder own = by(ALICE).sell(5).at(101).build();
        fixture.send(own);
        fixture.place(by(BOB).sell(9).at(102));
        OrderState state = fixture.place(by(ALICE).buy(6).at(102).selfTrade(SelfTradePrevention.EXPIRE_BOTH));

        assertEquals(OrderStatus.CANCELLED, state.status());
        assertEquals(0, state.filledLots());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(own).status());
    }

    @Test
    void shouldTradeWithItselfWhenNothingPreventsIt() {
        fixture.place(by(ALICE).sell(5).at(101));
        OrderState state = fixture.place(by(ALICE).buy(5).at(102).selfTrade(SelfTradePrevention.NONE));

        assertEquals(OrderStatus.FILLED, state.status());
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldFillFokPastItsOwnOrderWhenTheMakerIsToExpire() {
        fixture.place(by(ALICE).sell(5).at(101));
        fixture.place(by(BOB).sell(3).at(102));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                4,
                3,
                by(ALICE).buy(4).at(102).fok().selfTrade(SelfTradePrevention.EXPIRE_MAKER));
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(ALICE).buy(3).at(102).fok().selfTrade(SelfTradePrevention.EXPIRE_MAKER))
                        .status());
    }
}
