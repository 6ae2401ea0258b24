package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.book.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PostOnlyTest {
    private final EngineFixture fixture = new EngineFixture();

    @Test
    void shouldRestWhenItDoesNotCross() {
        fixture.place(by(ALICE).sell(3).at(101));
        assertEquals(
                OrderStatus.OPEN,
                fixture.place(by(BOB).buy(3).at(100).postOnly()).status());
    }

    @Test
    void shouldBeRefusedWithTheBestOppositePriceWhenItWouldCross() {
        fixture.place(by(ALICE).sell(3).at(101));
        fixture.refused(
                RefusalReason.POST_ONLY_WOULD_CROSS,
                102,
                101,
                by(BOB).buy(3).at(102).postOnly());
        fixture.place(by(BOB).buy(3).at(99));
        fixture.refused(
                RefusalReason.POST_ONLY_WOULD_CROSS,
                99,
                99,
                by(ALICE).sell(3).at(99).postOnly());
    }

    @Test
    void shouldBeRefusedWhenItCouldNotRest() {
        fixture.refused(
                RefusalReason.UNSUPPORTED_COMBINATION,
                0,
                0,
                by(BOB).buy(3).ioc().postOnly());
        fixture.refused(
                RefusalReason.UNSUPPORTED_COMBINATION,
                0,
                0,
                by(BOB).buy(3).fok().postOnly());
        fixture.refused(
                RefusalReason.UNSUPPORTED_COMBINATION,
                0,
                0,
                by(BOB).buy(3).market().postOnly());
    }

    @Test
    void shouldRestOneTickBehindTheBestOppositePriceWhenItSlides() {
        fixture.place(by(ALICE).sell(3).at(101));
        Command.PlaceOrder sliding = by(BOB).buy(3).at(105).slide().build();
        fixture.send(sliding);
        assertEquals(100, fixture.last(EngineEvent.OrderAccepted.class).priceTicks());
        assertEquals(OrderStatus.OPEN, fixture.stateOf(sliding).status());
        assertEquals(
                100, fixture.engine.depth(Orders.MARKET, Side.BUY, 1).getFirst().priceTicks());

        fixture.place(by(ALICE).sell(3).at(90).slide());
        assertEquals(101, fixture.last(EngineEvent.OrderAccepted.class).priceTicks());
        fixture.place(by(BOB).buy(1).at(99).slide());
        assertEquals(
                99, fixture.last(EngineEvent.OrderAccepted.class).priceTicks(), "where it does not cross it stays");
    }

    @Test
    void shouldBeRefusedWhenThereIsNoPriceToSlideTo() {
        fixture.place(by(ALICE).sell(3).at(1));
        fixture.refused(
                RefusalReason.POST_ONLY_WOULD_CROSS, 5, 1, by(BOB).buy(3).at(5).slide());
    }
}
