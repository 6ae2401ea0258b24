package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that wait for a price: stops, take-profits, trailing stops. */
@Timeout(10)
class TriggerTest {
    private final EngineFixture fixture = new EngineFixture();

    private void mark(long ticks) {
        assertInstanceOf(
                Reply.Recorded.class, fixture.send(new Command.SetPrices(Orders.MARKET, ticks, 0, fixture.nowMillis)));
    }

    private void index(long ticks) {
        fixture.send(new Command.SetPrices(Orders.MARKET, 0, ticks, fixture.nowMillis));
    }

    private Command.PlaceOrder placed(Orders order) {
        Command.PlaceOrder command = order.build();
        assertInstanceOf(Reply.Accepted.class, fixture.send(command));
        return command;
    }

    private OrderStatus statusOf(Command.PlaceOrder order) {
        return fixture.stateOf(order).status();
    }

    @Test
    void shouldWaitOutsideTheBookUntilThePriceFallsToASellStop() {
        fixture.place(by(BOB).buy(10).at(94));
        mark(100);
        Command.PlaceOrder stop =
                placed(by(ALICE).sell(4).at(90).market().when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        mark(96);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        mark(95);
        assertEquals(OrderStatus.FILLED, statusOf(stop));
        EngineEvent.TriggerDecided decided = fixture.last(EngineEvent.TriggerDecided.class);
        assertTrue(decided.fired());
        assertEquals(
                List.of(95L, 95L, 0L),
                List.of(decided.referenceTicks(), decided.triggerTicks(), decided.extremeTicks()));
        assertEquals(94, fixture.last(EngineEvent.Trade.class).priceTicks());
    }

    @Test
    void shouldNotTradeBeyondItsProtectionPriceWhenAStopFires() {
        fixture.place(by(BOB).buy(10).at(80));
        mark(100);
        Command.PlaceOrder stop =
                placed(by(ALICE).sell(4).at(90).market().when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        mark(85);
        assertEquals(OrderStatus.CANCELLED, statusOf(stop));
        assertEquals(
                CancelReason.NO_LIQUIDITY,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
    }

    @Test
    void shouldRestAtItsLimitWhenAStopLimitFires() {
        mark(100);
        Command.PlaceOrder stop = placed(by(ALICE).buy(4).at(106).when(Trigger.Kind.STOP, PriceSource.MARK, 105));
        assertTrue(fixture.engine.depth(Orders.MARKET, stop.side(), 1).isEmpty());
        mark(107);
        assertEquals(OrderStatus.OPEN, statusOf(stop));
        assertEquals(
                106,
                fixture.engine.depth(Orders.MARKET, stop.side(), 1).getFirst().priceTicks());
    }

    @Test
    void shouldNotFireByAPriceThatIsOlderThanTheOneItHas() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, Orders.START_MILLIS));
        Command.PlaceOrder stop = placed(by(ALICE).buy(4).at(106).when(Trigger.Kind.STOP, PriceSource.MARK, 105));
        fixture.send(new Command.SetPrices(Orders.MARKET, 105, 0, Orders.START_MILLIS - 1));
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        fixture.send(new Command.SetPrices(Orders.MARKET, 105, 0, Orders.START_MILLIS));
        assertEquals(OrderStatus.OPEN, statusOf(stop));
    }

    @Test
    void shouldFireTheOtherWayRoundWhenItTakesProfit() {
        mark(100);
        Command.PlaceOrder sell =
                placed(by(ALICE).sell(1).at(104).when(Trigger.Kind.TAKE_PROFIT, PriceSource.MARK, 105));
        Command.PlaceOrder buy = placed(by(BOB).buy(1).at(96).when(Trigger.Kind.TAKE_PROFIT, PriceSource.MARK, 95));
        mark(104);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(sell));
        mark(105);
        assertEquals(OrderStatus.OPEN, statusOf(sell));
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(buy));
        mark(95);
        assertEquals(OrderStatus.OPEN, statusOf(buy));
    }

    @Test
    void shouldWatchOnlyThePriceItNames() {
        mark(100);
        index(100);
        Command.PlaceOrder stop = placed(by(ALICE).buy(1).at(106).when(Trigger.Kind.STOP, PriceSource.INDEX, 105));
        mark(110);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        index(105);
        assertEquals(OrderStatus.OPEN, statusOf(stop));
    }

    @Test
    void shouldTrailTheBestPriceByTicksAndFireOnTheWayBack() {
        mark(100);
        Command.PlaceOrder stop = placed(by(ALICE).sell(1).at(90).when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 3));
        mark(110);
        mark(108);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        mark(107);
        assertEquals(OrderStatus.OPEN, statusOf(stop));
        EngineEvent.TriggerDecided decided = fixture.last(EngineEvent.TriggerDecided.class);
        assertEquals(
                List.of(107L, 107L, 110L),
                List.of(decided.referenceTicks(), decided.triggerTicks(), decided.extremeTicks()));
    }

    @Test
    void shouldTrailByBasisPointsForABuy() {
        mark(100);
        Command.PlaceOrder stop = placed(by(ALICE).buy(1).at(110).when(Trigger.Kind.TRAIL_BPS, PriceSource.MARK, 500));
        mark(80);
        mark(83);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        mark(84);
        assertEquals(OrderStatus.OPEN, statusOf(stop));
    }

    @Test
    void shouldFireOneAfterTheOtherWhenTheirTradesMoveTheLastPrice() {
        fixture.trade(ALICE, BOB, 1, 100);
        fixture.place(by(CAROL).buy(1).at(98));
        fixture.place(by(CAROL).buy(1).at(96));
        fixture.place(by(CAROL).buy(1).at(94));
        Command.PlaceOrder second =
                placed(by(ALICE).sell(1).at(90).market().when(Trigger.Kind.STOP, PriceSource.LAST, 96));
        Command.PlaceOrder first =
                placed(by(BOB).sell(1).at(90).market().when(Trigger.Kind.STOP, PriceSource.LAST, 98));
        // Takes the bid at 98: the first stop fires and takes 96, by which the second fires and takes 94.
        fixture.place(by(BOB).sell(1).at(98));
        assertEquals(OrderStatus.FILLED, statusOf(first));
        assertEquals(OrderStatus.FILLED, statusOf(second));
        assertEquals(
                List.of(98L, 96L, 94L),
                fixture.events(EngineEvent.Trade.class).stream()
                        .skip(1)
                        .map(EngineEvent.Trade::priceTicks)
                        .toList());
    }

    @Test
    void shouldSayWhatItWasDecidedOnWhenItEndsWithoutFiring() {
        mark(100);
        Command.PlaceOrder stop = placed(by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        mark(97);
        fixture.send(new Command.CancelOrder(ALICE, 0, stop.clientOrderId(), TraceParent.NONE));
        EngineEvent.TriggerDecided decided = fixture.last(EngineEvent.TriggerDecided.class);
        assertFalse(decided.fired());
        assertEquals(List.of(97L, 95L), List.of(decided.referenceTicks(), decided.triggerTicks()));
        assertEquals(OrderStatus.CANCELLED, statusOf(stop));
        mark(90);
        assertEquals(OrderStatus.CANCELLED, statusOf(stop));
    }

    @Test
    void shouldBeCancelledWhenItFiresWithNothingToReduce() {
        fixture.trade(ALICE, BOB, 5, 100);
        mark(100);
        Command.PlaceOrder stop =
                placed(by(ALICE).sell(5).at(90).market().reduceOnly().when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        fixture.trade(CAROL, ALICE, 5, 100);
        fixture.place(by(BOB).buy(5).at(95));
        mark(95);
        assertEquals(OrderStatus.CANCELLED, statusOf(stop));
        assertEquals(
                CancelReason.REDUCE_ONLY,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldEndWithItsIntentWhileItWaits() {
        mark(100);
        Command.PlaceOrder stop = placed(by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        fixture.nowMillis = Orders.EXPIRY_SECONDS * 1000;
        mark(90);
        assertEquals(OrderStatus.EXPIRED, statusOf(stop));
        assertTrue(
                fixture.events(EngineEvent.TriggerDecided.class).stream().noneMatch(EngineEvent.TriggerDecided::fired));
    }

    @Test
    void shouldBeRefusedWhenItWouldFireAtOnceOrCanNotFireAtAll() {
        fixture.refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                PriceSource.MARK.ordinal(),
                0,
                by(ALICE).sell(1).at(90).when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 3));
        mark(100);
        fixture.refused(
                RefusalReason.TRIGGER_REACHED,
                100,
                100,
                by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 100));
        fixture.refused(
                RefusalReason.BAD_TRIGGER,
                Trigger.TRAIL_BPS_MAX + 1,
                Trigger.TRAIL_BPS_MAX,
                by(ALICE).sell(1).at(90).when(Trigger.Kind.TRAIL_BPS, PriceSource.MARK, Trigger.TRAIL_BPS_MAX + 1));
        fixture.refused(
                RefusalReason.UNSUPPORTED_COMBINATION,
                by(ALICE)
                        .sell(1)
                        .at(90)
                        .fok()
                        .when(Trigger.Kind.STOP, PriceSource.MARK, 95)
                        .build());
    }

    @Test
    void shouldNotBeginByAnOldPrice() {
        mark(100);
        index(100);
        fixture.nowMillis += PriceSource.FRESH_MILLIS;
        placed(by(ALICE).buy(1).at(110).when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 3));
        fixture.nowMillis++;
        for (PriceSource source : List.of(PriceSource.MARK, PriceSource.INDEX)) {
            fixture.refused(
                    RefusalReason.REFERENCE_PRICE_UNKNOWN,
                    source.ordinal(),
                    0,
                    by(ALICE).buy(1).at(110).when(Trigger.Kind.TRAIL_TICKS, source, 3));
        }
        mark(106);
        Command.PlaceOrder stop = placed(by(BOB).buy(1).at(110).when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 3));
        mark(108);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
    }

    @Test
    void shouldWaitForALevelWithoutAPriceUnlessTheOldOneWouldFireIt() {
        mark(100);
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        Command.PlaceOrder stop = placed(by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        fixture.refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                PriceSource.MARK.ordinal(),
                0,
                by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 100));
        fixture.trade(BOB, CAROL, 1, 100);
        assertEquals(OrderStatus.UNTRIGGERED, statusOf(stop));
        mark(95);
        assertEquals(OrderStatus.OPEN, statusOf(stop));
    }

    @Test
    void shouldTakeTheLastPriceHoweverOldItIs() {
        fixture.trade(ALICE, BOB, 1, 100);
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        placed(by(ALICE).sell(1).at(90).when(Trigger.Kind.TRAIL_TICKS, PriceSource.LAST, 3));
        fixture.refused(
                RefusalReason.TRIGGER_REACHED,
                100,
                100,
                by(ALICE).sell(1).at(90).when(Trigger.Kind.STOP, PriceSource.LAST, 100));
    }

    @Test
    void shouldBeRefusedWhenItsWorstPriceLetsItTradeNothingWhereItFires() {
        mark(100);
        for (Trigger.Kind kind : List.of(Trigger.Kind.STOP, Trigger.Kind.TAKE_PROFIT)) {
            boolean stop = kind == Trigger.Kind.STOP;
            long below = 95;
            long above = 105;
            long ofSell = stop ? below : above;
            long ofBuy = stop ? above : below;
            fixture.refused(
                    RefusalReason.BAD_TRIGGER,
                    ofSell,
                    ofSell + 1,
                    by(ALICE).sell(1).at(ofSell + 1).market().when(kind, PriceSource.MARK, ofSell));
            fixture.refused(
                    RefusalReason.BAD_TRIGGER,
                    ofBuy,
                    ofBuy - 1,
                    by(ALICE).buy(1).at(ofBuy - 1).market().when(kind, PriceSource.MARK, ofBuy));
            placed(by(ALICE).sell(1).at(ofSell).market().when(kind, PriceSource.MARK, ofSell));
            placed(by(ALICE).buy(1).at(ofBuy).market().when(kind, PriceSource.MARK, ofBuy));
            placed(by(ALICE).sell(1).at(ofSell + 1).when(kind, PriceSource.MARK, ofSell));
        }
    }
}
