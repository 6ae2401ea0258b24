package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.solana.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReduceOnlyTest {
    private final EngineFixture fixture = new EngineFixture();

    private long position(PublicKey account) {
        return fixture.engine.positionLots(account, Orders.MARKET);
    }

    @Test
    void shouldBeRefusedWithThePositionWhenThereIsNothingToReduce() {
        fixture.refused(
                RefusalReason.REDUCE_ONLY_WOULD_INCREASE,
                1,
                0,
                by(ALICE).sell(1).reduceOnly());
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.refused(
                RefusalReason.REDUCE_ONLY_WOULD_INCREASE, 1, 5, by(ALICE).buy(1).reduceOnly());
        fixture.refused(
                RefusalReason.REDUCE_ONLY_WOULD_INCREASE, 1, -5, by(BOB).sell(1).reduceOnly());
    }

    @Test
    void shouldTradeOnlyWhatItCanReduceWhenTaking() {
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.place(by(CAROL).buy(20).at(100));
        OrderState state = fixture.place(by(ALICE).sell(8).at(100).reduceOnly());

        assertEquals(5, state.filledLots());
        assertEquals(OrderStatus.CANCELLED, state.status());
        assertEquals(0, position(ALICE));
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.REDUCE_ONLY, cancelled.reason());
        assertEquals(3, cancelled.cancelledLots());
    }

    @Test
    void shouldTradeOnlyWhatItCanReduceWhenResting() {
        fixture.trade(ALICE, BOB, 5, 100);
        Command.PlaceOrder resting = by(ALICE).sell(8).at(110).reduceOnly().build();
        fixture.send(resting);
        OrderState taker = fixture.place(by(CAROL).buy(8).at(110));

        assertEquals(5, taker.filledLots());
        assertEquals(OrderStatus.PARTIALLY_FILLED, taker.status());
        assertEquals(0, position(ALICE));
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(resting).status());
    }

    @Test
    void shouldBeCancelledWhenAnotherOrderClosesThePosition() {
        fixture.trade(ALICE, BOB, 5, 100);
        Command.PlaceOrder resting = by(ALICE).sell(5).at(110).reduceOnly().build();
        fixture.send(resting);
        fixture.trade(CAROL, ALICE, 5, 100);

        OrderState state = fixture.stateOf(resting);
        assertEquals(OrderStatus.CANCELLED, state.status());
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(state.orderId(), cancelled.ref().orderId());
        assertEquals(CancelReason.REDUCE_ONLY, cancelled.reason());
        assertEquals(5, cancelled.cancelledLots());
    }

    @Test
    void shouldStayWhenThePositionOnlyShrinks() {
        fixture.trade(ALICE, BOB, 5, 100);
        Command.PlaceOrder resting = by(ALICE).sell(5).at(110).reduceOnly().build();
        fixture.send(resting);
        fixture.trade(CAROL, ALICE, 3, 100);
        assertEquals(OrderStatus.OPEN, fixture.stateOf(resting).status());
        OrderState taker = fixture.place(by(CAROL).buy(5).at(110).ioc());
        assertEquals(2, taker.filledLots());
        assertEquals(0, position(ALICE));
    }

    @Test
    void shouldNeverFlipThePositionWhenSeveralAddUpToMore() {
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.place(by(ALICE).sell(4).at(110).reduceOnly());
        fixture.place(by(ALICE).sell(4).at(111).reduceOnly());
        OrderState taker = fixture.place(by(CAROL).buy(10).at(120).ioc());
        assertEquals(5, taker.filledLots());
        assertEquals(0, position(ALICE));
    }

    @Test
    void shouldReduceAShortPosition() {
        fixture.trade(BOB, ALICE, 5, 100);
        fixture.place(by(CAROL).sell(9).at(100));
        OrderState state = fixture.place(by(ALICE).buy(9).at(100).reduceOnly().ioc());
        assertEquals(5, state.filledLots());
        assertEquals(0, position(ALICE));
    }

    @Test
    void shouldRefuseFokWhenItIsLargerThanThePosition() {
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.place(by(CAROL).buy(20).at(100));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                6,
                5,
                by(ALICE).sell(6).at(100).reduceOnly().fok());
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(ALICE).sell(5).at(100).reduceOnly().fok()).status());
    }

    @Test
    void shouldNotCountWhatAMakersPlainOrderUsesUpWhenFokLooksAhead() {
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.place(by(ALICE).sell(3).at(110));
        fixture.place(by(ALICE).sell(5).at(111).reduceOnly());
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 6, 5, by(CAROL).buy(6).at(111).fok());
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(CAROL).buy(5).at(111).fok()).status());
        assertEquals(0, position(ALICE));
    }
}
