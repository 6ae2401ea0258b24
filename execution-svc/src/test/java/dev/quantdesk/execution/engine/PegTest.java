package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.Side;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that follow a price. */
@Timeout(10)
class PegTest {
    private final EngineFixture fixture = new EngineFixture();

    private void mark(long ticks) {
        fixture.send(new Command.SetPrices(Orders.MARKET, ticks, 0, 0));
    }

    private List<Long> prices(Side side) {
        return fixture.engine.depth(Orders.MARKET, side, 10).stream()
                .map(DepthLevel::priceTicks)
                .toList();
    }

    @Test
    void shouldFollowItsPriceAtADistanceAndNoFurtherThanItsLimit() {
        mark(100);
        fixture.place(by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, -2));
        assertEquals(List.of(98L), prices(Side.BUY));
        mark(103);
        assertEquals(List.of(101L), prices(Side.BUY));
        mark(120);
        assertEquals(List.of(104L), prices(Side.BUY));
        mark(90);
        assertEquals(List.of(88L), prices(Side.BUY));
        EngineEvent.OrderRepriced repriced = fixture.last(EngineEvent.OrderRepriced.class);
        assertEquals(List.of(88L, 90L), List.of(repriced.priceTicks(), repriced.referenceTicks()));
    }

    @Test
    void shouldGoToTheEndOfTheLineWhenItMoves() {
        mark(100);
        fixture.place(by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, 0));
        OrderState plain = fixture.place(by(BOB).buy(5).at(101));
        mark(101);
        fixture.place(by(Orders.CAROL).sell(5).at(101));
        assertEquals(
                plain.orderId(), fixture.last(EngineEvent.Trade.class).maker().orderId());
    }

    @Test
    void shouldTradeWhenItMovesThroughTheBook() {
        mark(100);
        fixture.place(by(BOB).sell(3).at(102));
        fixture.place(by(ALICE).buy(5).at(110).pegged(PriceSource.MARK, 0));
        mark(103);
        assertEquals(102, fixture.last(EngineEvent.Trade.class).priceTicks());
        assertEquals(List.of(103L), prices(Side.BUY));
        assertEquals(List.of(), prices(Side.SELL));
    }

    @Test
    void shouldStayOneTickBehindWhenItMayNotTake() {
        mark(100);
        fixture.place(by(BOB).sell(3).at(102));
        fixture.place(by(ALICE).buy(5).at(110).slide().pegged(PriceSource.MARK, 0));
        mark(103);
        assertEquals(List.of(101L), prices(Side.BUY));
        assertEquals(0, fixture.events(EngineEvent.Trade.class).size());
    }

    @Test
    void shouldFollowNothingAnyMoreWhenItIsFilledOrCancelled() {
        mark(100);
        OrderState cancelled = fixture.place(by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, -2));
        fixture.send(new Command.CancelOrder(ALICE, cancelled.orderId(), "", TraceParent.NONE));
        fixture.place(by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, -1));
        fixture.place(by(BOB).sell(5).at(99));
        mark(101);
        assertEquals(List.of(), fixture.newEvents());
    }

    @Test
    void shouldBeRefusedWhenThereIsNothingToFollowOrItCouldNotMove() {
        fixture.refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                PriceSource.INDEX.ordinal(),
                0,
                by(ALICE).buy(5).at(104).pegged(PriceSource.INDEX, 0));
        for (Orders order : List.of(
                by(ALICE).buy(5).at(104).pegged(PriceSource.LAST, 0),
                by(ALICE).buy(5).at(104).postOnly().pegged(PriceSource.MARK, 0),
                by(ALICE).buy(5).at(104).ioc().pegged(PriceSource.MARK, 0))) {
            fixture.refused(RefusalReason.UNSUPPORTED_COMBINATION, order.build());
        }
    }
}
