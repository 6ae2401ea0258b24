package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        fixture.send(new Command.SetPrices(Orders.MARKET, ticks, 0, fixture.nowMillis));
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

    @Test
    void shouldNotBeginToFollowAnOldPrice() {
        mark(100);
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        fixture.refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                PriceSource.MARK.ordinal(),
                0,
                by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, 0));
        mark(100);
        fixture.place(by(ALICE).buy(5).at(104).pegged(PriceSource.MARK, 0));
        assertEquals(List.of(100L), prices(Side.BUY));
    }

    @Test
    void shouldNotTradeWithWhatMovesAtTheSameMoment() {
        mark(100);
        fixture.place(by(ALICE).buy(5).at(110).pegged(PriceSource.MARK, -1));
        fixture.place(by(BOB).sell(5).at(90).pegged(PriceSource.MARK, 1));
        for (long mark : new long[] {103, 98, 105}) {
            mark(mark);
            assertEquals(List.of(mark - 1), prices(Side.BUY));
            assertEquals(List.of(mark + 1), prices(Side.SELL));
        }
        assertEquals(0, fixture.events(EngineEvent.Trade.class).size());
    }

    @Test
    void shouldNotTradeWithWhatFollowsAnotherPriceAndMovesAtTheSameMoment() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 100, fixture.nowMillis));
        fixture.place(by(ALICE).buy(5).at(110).pegged(PriceSource.MARK, -1));
        fixture.place(by(BOB).sell(5).at(90).pegged(PriceSource.INDEX, 1));
        fixture.send(new Command.SetPrices(Orders.MARKET, 104, 104, fixture.nowMillis));
        assertEquals(List.of(103L), prices(Side.BUY));
        assertEquals(List.of(105L), prices(Side.SELL));
        assertEquals(0, fixture.events(EngineEvent.Trade.class).size());
    }

    @Test
    void shouldNotBeHeldBackByWhatMovesAtTheSameMoment() {
        mark(100);
        fixture.place(by(ALICE).buy(5).at(110).slide().pegged(PriceSource.MARK, -1));
        fixture.place(by(BOB).sell(5).at(90).slide().pegged(PriceSource.MARK, 1));
        mark(103);
        assertEquals(List.of(102L), prices(Side.BUY));
        assertEquals(List.of(104L), prices(Side.SELL));
    }

    @Test
    void shouldKeepItsPlaceWhereItSlidesToThePriceThatItHas() {
        mark(100);
        fixture.place(by(BOB).sell(3).at(102));
        OrderState slid = fixture.place(by(ALICE).buy(5).at(110).slide().pegged(PriceSource.MARK, 0));
        mark(103);
        fixture.place(by(BOB).buy(5).at(101));
        mark(105);
        assertEquals(List.of(), fixture.newEvents());
        fixture.place(by(Orders.CAROL).sell(1).at(101));
        assertEquals(
                slid.orderId(), fixture.last(EngineEvent.Trade.class).maker().orderId());
    }

    @Test
    void shouldEndWhereNoPriceIsLeftToSlideTo() {
        mark(3);
        fixture.place(by(BOB).sell(5).at(1).pegged(PriceSource.MARK, 0));
        fixture.place(by(ALICE).buy(5).at(10).slide().pegged(PriceSource.MARK, 0));
        assertEquals(List.of(2L), prices(Side.BUY));
        mark(1);
        assertEquals(List.of(1L), prices(Side.SELL));
        assertEquals(List.of(), prices(Side.BUY));
        assertEquals(
                CancelReason.BOOK_FULL,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
        assertEquals(0, fixture.events(EngineEvent.Trade.class).size());
    }

    @Test
    void shouldFireAStopThatOneOfSeveralMovesHasReached() {
        fixture.trade(BOB, Orders.CAROL, 1, 110);
        mark(100);
        fixture.place(by(BOB).sell(1).at(102));
        fixture.place(by(BOB).sell(1).at(103));
        fixture.place(by(ALICE).buy(1).at(110).pegged(PriceSource.MARK, 0));
        fixture.place(by(ALICE).buy(1).at(110).pegged(PriceSource.MARK, 0));
        OrderState last = fixture.place(by(ALICE).buy(1).at(110).pegged(PriceSource.MARK, -2));
        OrderState stop = fixture.place(by(Orders.CAROL).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.LAST, 102));
        mark(103);
        EngineEvent.TriggerDecided decided = fixture.last(EngineEvent.TriggerDecided.class);
        assertTrue(decided.fired());
        assertEquals(102, decided.referenceTicks());
        EngineEvent.Trade trade = fixture.last(EngineEvent.Trade.class);
        assertEquals(stop.orderId(), trade.taker().orderId());
        // It meets all that move, at their new prices.
        assertEquals(List.of(last.orderId(), 101L), List.of(trade.maker().orderId(), trade.priceTicks()));
    }

    @Test
    void shouldNotComeBackWhenWhatMovesBeforeItHasEndedIt() {
        mark(100);
        fixture.place(by(BOB).sell(5).at(102));
        fixture.send(BracketForm.alternatives(
                        by(ALICE).buy(5).at(110).pegged(PriceSource.MARK, 0),
                        by(ALICE).buy(5).at(110).pegged(PriceSource.MARK, -1))
                .build());
        assertEquals(List.of(100L, 99L), prices(Side.BUY));
        mark(103);
        assertEquals(102, fixture.last(EngineEvent.Trade.class).priceTicks());
        assertEquals(
                CancelReason.SIBLING_FILLED,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
        assertEquals(List.of(), prices(Side.BUY));
        mark(104);
        assertEquals(List.of(), fixture.newEvents());
    }

    @Test
    void shouldEndWhenWhatMovesBeforeItLeavesNothingToReduce() {
        fixture.trade(ALICE, BOB, 5, 100);
        mark(100);
        fixture.place(by(BOB).buy(10).at(100));
        fixture.place(by(ALICE).sell(5).at(90).pegged(PriceSource.MARK, 3));
        fixture.place(by(ALICE).sell(5).at(90).slide().reduceOnly().pegged(PriceSource.MARK, 0));
        assertEquals(List.of(101L, 103L), prices(Side.SELL));
        mark(96);
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
        assertEquals(
                CancelReason.REDUCE_ONLY,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
        assertEquals(List.of(), prices(Side.SELL));
    }
}
