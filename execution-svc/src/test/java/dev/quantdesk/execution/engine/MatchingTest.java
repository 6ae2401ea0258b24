package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.Side;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MatchingTest {
    private final EngineFixture fixture = new EngineFixture();

    private List<Long> makersOfTrades() {
        return fixture.events(EngineEvent.Trade.class).stream()
                .map(trade -> trade.maker().orderId())
                .toList();
    }

    @Test
    void shouldRestWhenNothingCrosses() {
        fixture.place(by(ALICE).sell(5).at(101));
        OrderState state = fixture.place(by(BOB).buy(3).at(100));

        assertEquals(new OrderState(2, OrderStatus.OPEN, 0, 3, 0, 2), state);
        assertEquals(List.of(new DepthLevel(100, 3, 1)), fixture.engine.depth(Orders.MARKET, Side.BUY, 10));
        assertEquals(List.of(new DepthLevel(101, 5, 1)), fixture.engine.depth(Orders.MARKET, Side.SELL, 10));
    }

    @Test
    void shouldTradeAtTheMakersPriceWhenTheTakerOffersMore() {
        fixture.place(by(ALICE).sell(5).at(100));
        OrderState state = fixture.place(by(BOB).buy(3).at(110));

        assertEquals(new OrderState(2, OrderStatus.FILLED, 3, 0, 300, 3), state);
        EngineEvent.Trade trade = fixture.last(EngineEvent.Trade.class);
        assertEquals(100, trade.priceTicks());
        assertEquals(Side.BUY, trade.takerSide());
        assertEquals(2, trade.makerRemainingLots());
        assertEquals(0, trade.takerRemainingLots());
    }

    @Test
    void shouldTakeTheBestPriceFirstWhenSeveralCross() {
        fixture.place(by(ALICE).sell(1).at(103));
        fixture.place(by(ALICE).sell(1).at(101));
        fixture.place(by(ALICE).sell(1).at(102));
        OrderState state = fixture.place(by(BOB).buy(5).at(102));

        assertEquals(List.of(2L, 3L), makersOfTrades());
        assertEquals(new OrderState(4, OrderStatus.PARTIALLY_FILLED, 2, 3, 203, 6), state);
        assertEquals(List.of(new DepthLevel(102, 3, 1)), fixture.engine.depth(Orders.MARKET, Side.BUY, 10));
        assertEquals(List.of(new DepthLevel(103, 1, 1)), fixture.engine.depth(Orders.MARKET, Side.SELL, 10));
    }

    @Test
    void shouldTakeTheHighestBidFirstWhenSelling() {
        fixture.place(by(ALICE).buy(1).at(98));
        fixture.place(by(ALICE).buy(1).at(99));
        fixture.place(by(BOB).sell(2).at(98));
        assertEquals(List.of(2L, 1L), makersOfTrades());
    }

    @Test
    void shouldKeepItsPlaceInLineAfterAPartialFill() {
        fixture.place(by(ALICE).sell(5).at(100));
        fixture.place(by(BOB).sell(5).at(100));
        fixture.place(by(CAROL).buy(2).at(100));
        fixture.place(by(CAROL).buy(4).at(100));
        assertEquals(List.of(1L, 1L, 2L), makersOfTrades());
    }

    @Test
    void shouldGoToTheEndOfTheLineWhenPlacedAgain() {
        fixture.place(by(ALICE).sell(5).at(100));
        fixture.place(by(BOB).sell(5).at(100));
        fixture.send(new Command.CancelOrder(ALICE, 1, "", TraceParent.NONE));
        fixture.place(by(ALICE).sell(5).at(100));
        fixture.place(by(CAROL).buy(6).at(100));
        assertEquals(List.of(2L, 3L), makersOfTrades());
    }

    @Test
    void shouldKeepMarketsApart() {
        fixture.place(by(ALICE).sell(10).at(100));
        OrderState state = fixture.place(by(BOB).in(Orders.OTHER_MARKET).buy(10).at(100));
        assertEquals(OrderStatus.OPEN, state.status());
    }

    @Test
    void shouldSayEverythingAboutBothOrdersInATrade() {
        Command.PlaceOrder maker = by(ALICE).sell(5).at(100).build();
        Command.PlaceOrder taker = by(BOB).buy(5).at(100).build();
        fixture.send(maker);
        fixture.send(taker);

        EngineEvent.Trade trade = fixture.last(EngineEvent.Trade.class);
        assertEquals(refTo(1, maker), trade.maker());
        assertEquals(refTo(2, taker), trade.taker());
        assertEquals(1, trade.tradeId());
        assertEquals(Orders.MARKET, trade.marketId());
        assertEquals(Orders.START_MILLIS, trade.timeMillis());
        EngineEvent.OrderAccepted accepted = fixture.last(EngineEvent.OrderAccepted.class);
        assertEquals(taker, accepted.order());
        assertEquals(refTo(2, taker), accepted.ref());
    }

    private static OrderRef refTo(long orderId, Command.PlaceOrder order) {
        return new OrderRef(orderId, order.account(), order.clientOrderId(), order.reservationId(), order.trace());
    }

    @Test
    void shouldAddUpPositionsFromTrades() {
        fixture.trade(ALICE, BOB, 5, 100);
        fixture.trade(CAROL, ALICE, 7, 100);
        assertEquals(-2, fixture.engine.positionLots(ALICE, Orders.MARKET));
        assertEquals(-5, fixture.engine.positionLots(BOB, Orders.MARKET));
        assertEquals(7, fixture.engine.positionLots(CAROL, Orders.MARKET));
        assertEquals(0, fixture.engine.positionLots(CAROL, Orders.OTHER_MARKET));
    }
}
