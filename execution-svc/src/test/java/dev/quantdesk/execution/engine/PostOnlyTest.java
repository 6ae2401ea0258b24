package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
