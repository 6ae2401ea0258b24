package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the orders of a bracket act on each other. ALICE has brackets; BOB and CAROL are the market. */
@Timeout(10)
class BracketTest {
    private final EngineFixture fixture = new EngineFixture();

    /** A resting buy of 10 at 100, targets of 6 at 110 and 4 at 120, a stop at 90 by the last price. */
    private static BracketForm usual() {
        return BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(6).at(110))
                .target(Orders.by(ALICE).sell(4).at(120))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90));
    }

    private Legs place(BracketForm form) {
        Command.PlaceBracket command = form.build();
        Reply.BracketPlaced placed = assertInstanceOf(Reply.BracketPlaced.class, fixture.send(command));
        assertFalse(placed.repeated());
        assertEquals(command.legs().size(), placed.legs());
        return new Legs(command, placed.firstOrderId());
    }

    /** The orders of one bracket. */
    private final class Legs {
        final Command.PlaceBracket command;
        final long firstId;

        Legs(Command.PlaceBracket command, long firstId) {
            this.command = command;
            this.firstId = firstId;
        }

        /** Asked for by repeating the order, which changes nothing. */
        OrderState state(int leg) {
            return fixture.stateOf(command.legs().get(leg).order());
        }

        void are(int leg, OrderStatus status, long remaining, long filled) {
            OrderState state = state(leg);
            assertEquals(
                    status + " " + remaining + " " + filled,
                    state.status() + " " + state.remainingLots() + " " + state.filledLots());
        }

        CancelReason reason(int leg) {
            return fixture.events(EngineEvent.OrderCancelled.class).stream()
                    .filter(event -> event.ref().orderId() == firstId + leg)
                    .findFirst()
                    .orElseThrow()
                    .reason();
        }

        Reply cancel(int leg) {
            return fixture.send(new Command.CancelOrder(ALICE, firstId + leg, "", TraceParent.NONE));
        }
    }

    private void sell(long lots, long ticks) {
        fixture.place(Orders.by(BOB).sell(lots).at(ticks).ioc());
    }

    private void buy(long lots, long ticks) {
        fixture.place(Orders.by(CAROL).buy(lots).at(ticks).ioc());
    }

    @Test
    void shouldLetExitsWaitUntilTheEntryFills() {
        Legs legs = place(usual());
        legs.are(0, OrderStatus.OPEN, 10, 0);
        legs.are(1, OrderStatus.PENDING, 6, 0);
        legs.are(2, OrderStatus.PENDING, 4, 0);
        legs.are(3, OrderStatus.PENDING, 10, 0);
        EngineEvent.OrderAccepted stop = fixture.last(EngineEvent.OrderAccepted.class);
        assertEquals(new BracketLeg(legs.firstId, LegRole.STOP_LOSS, 4, 0, 0), stop.leg());
    }

    @Test
    void shouldSizeExitsToWhatTheEntryFilledInWholeLots() {
        Legs legs = place(usual());
        long[][] shares = {{1, 0}, {1, 1}, {2, 1}, {3, 1}, {3, 2}, {4, 2}, {4, 3}, {5, 3}, {6, 3}, {6, 4}};
        for (int filled = 1; filled <= 10; filled++) {
            sell(1, 100);
            legs.are(1, OrderStatus.OPEN, shares[filled - 1][0], 0);
            long second = shares[filled - 1][1];
            legs.are(2, second == 0 ? OrderStatus.PENDING : OrderStatus.OPEN, second == 0 ? 4 : second, 0);
            legs.are(3, OrderStatus.UNTRIGGERED, filled, 0);
        }
        legs.are(0, OrderStatus.FILLED, 0, 10);
    }

    @Test
    void shouldGoToWorkAtOnceWhenTheEntryFillsAtOnce() {
        fixture.place(Orders.by(BOB).sell(10).at(99));
        Legs legs = place(usual());
        legs.are(0, OrderStatus.FILLED, 0, 10);
        legs.are(1, OrderStatus.OPEN, 6, 0);
        legs.are(2, OrderStatus.OPEN, 4, 0);
        legs.are(3, OrderStatus.UNTRIGGERED, 10, 0);
    }

    @Test
    void shouldShrinkTheStopByWhatATargetFillsAndEndTheEntry() {
        Legs legs = place(usual());
        sell(5, 100);
        buy(2, 110);
        legs.are(1, OrderStatus.PARTIALLY_FILLED, 1, 2);
        legs.are(2, OrderStatus.OPEN, 2, 0);
        legs.are(3, OrderStatus.UNTRIGGERED, 3, 0);
        legs.are(0, OrderStatus.CANCELLED, 0, 5);
        assertEquals(CancelReason.EXIT_STARTED, legs.reason(0));
        buy(3, 120);
        legs.are(1, OrderStatus.FILLED, 0, 3);
        legs.are(2, OrderStatus.FILLED, 0, 2);
        legs.are(3, OrderStatus.CANCELLED, 0, 0);
        assertEquals(CancelReason.SIBLING_FILLED, legs.reason(3));
        assertFalse(fixture.last(EngineEvent.TriggerDecided.class).fired());
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldEndTheTargetsWhenTheStopHasFilledAll() {
        Legs legs = place(usual());
        sell(10, 100);
        fixture.place(Orders.by(CAROL).buy(20).at(85));
        sell(1, 85);
        legs.are(3, OrderStatus.FILLED, 0, 10);
        legs.are(1, OrderStatus.CANCELLED, 0, 0);
        legs.are(2, OrderStatus.CANCELLED, 0, 0);
        assertEquals(CancelReason.SIBLING_FILLED, legs.reason(1));
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldTakeFromTheLastTargetFirstWhenTheStopFillsInPart() {
        Legs legs = place(usual());
        sell(10, 100);
        fixture.place(Orders.by(CAROL).buy(6).at(85));
        sell(1, 85);
        // Five of ten went, and the rest of the stop found nobody: four of the second target and one of the first are
        // gone.
        legs.are(3, OrderStatus.CANCELLED, 0, 5);
        legs.are(2, OrderStatus.CANCELLED, 0, 0);
        legs.are(1, OrderStatus.OPEN, 5, 0);
        assertEquals(5, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldEndTheEntryBeforeTheStopGoesToWork() {
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.MARK, 90)));
        sell(4, 100);
        fixture.place(Orders.by(CAROL).buy(9).at(95));
        fixture.send(new Command.SetPrices(Orders.MARKET, 89, 0, fixture.nowMillis));
        // With its own bid at 100 in the book it would have met itself.
        assertEquals(CancelReason.EXIT_STARTED, legs.reason(0));
        legs.are(1, OrderStatus.FILLED, 0, 4);
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldFireAtOnceWhenThePriceIsBeyondTheStopBeforeItBegins() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 85, 0, fixture.nowMillis));
        fixture.place(Orders.by(CAROL).buy(10).at(84));
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.MARK, 90)));
        legs.are(1, OrderStatus.PENDING, 10, 0);
        fixture.place(Orders.by(BOB).sell(3).at(100).ioc());
        legs.are(1, OrderStatus.FILLED, 0, 3);
    }

    @Test
    void shouldBeginATrailingStopWithTheEntrysFirstFill() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 150, 0, fixture.nowMillis));
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 5)));
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, fixture.nowMillis));
        legs.are(1, OrderStatus.PENDING, 10, 0);
        sell(10, 100);
        fixture.send(new Command.SetPrices(Orders.MARKET, 108, 0, fixture.nowMillis));
        fixture.place(Orders.by(CAROL).buy(10).at(102));
        fixture.send(new Command.SetPrices(Orders.MARKET, 103, 0, fixture.nowMillis));
        EngineEvent.TriggerDecided decided = fixture.last(EngineEvent.TriggerDecided.class);
        assertTrue(decided.fired());
        assertEquals(108, decided.extremeTicks());
        legs.are(1, OrderStatus.FILLED, 0, 10);
    }

    private void refused(RefusalReason reason, long value, long bound, Orders stop) {
        Command.PlaceBracket command =
                BracketForm.of(Orders.by(ALICE).buy(10).at(100)).stop(stop).build();
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(1, refused.leg());
        assertEquals(
                List.of(reason, value, bound),
                List.of(
                        refused.why().reason(),
                        refused.why().value(),
                        refused.why().bound()));
    }

    @Test
    void shouldRefuseAStopThatCanNotBeginOrTradeWhereItFires() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 85, 0, fixture.nowMillis));
        refused(
                RefusalReason.BAD_TRIGGER,
                90,
                91,
                Orders.by(ALICE).sell(10).at(91).market().when(Trigger.Kind.STOP, PriceSource.MARK, 90));
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        long mark = PriceSource.MARK.ordinal();
        refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                mark,
                0,
                Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 5));
        refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                mark,
                0,
                Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.MARK, 90));
    }

    @Test
    void shouldEndWithAnEntryThatFilledNothing() {
        Legs legs = place(usual());
        assertInstanceOf(Reply.Cancelled.class, legs.cancel(0));
        for (int leg = 1; leg < 4; leg++) {
            legs.are(leg, OrderStatus.CANCELLED, 0, 0);
            assertEquals(CancelReason.ENTRY_ENDED, legs.reason(leg));
        }
        Legs immediate = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100).ioc())
                .target(Orders.by(ALICE).sell(10).at(110)));
        immediate.are(0, OrderStatus.CANCELLED, 0, 0);
        immediate.are(1, OrderStatus.CANCELLED, 0, 0);
    }

    @Test
    void shouldKeepTheExitsOfAnEntryThatEndsFilledInPart() {
        Legs legs = place(usual());
        sell(1, 100);
        legs.cancel(0);
        legs.are(1, OrderStatus.OPEN, 1, 0);
        legs.are(2, OrderStatus.CANCELLED, 0, 0);
        legs.are(3, OrderStatus.UNTRIGGERED, 1, 0);
        assertEquals(CancelReason.ENTRY_ENDED, legs.reason(2));
    }

    @Test
    void shouldEndOneExitAloneWhenItIsCancelled() {
        Legs legs = place(usual());
        legs.cancel(1);
        sell(10, 100);
        legs.are(1, OrderStatus.CANCELLED, 0, 0);
        legs.are(2, OrderStatus.OPEN, 4, 0);
        legs.are(3, OrderStatus.UNTRIGGERED, 10, 0);
        legs.cancel(3);
        buy(4, 120);
        legs.are(2, OrderStatus.FILLED, 0, 4);
    }

    @Test
    void shouldCloseWhatIsLeftAtItsTime() {
        long exit = Orders.START_MILLIS + 60_000;
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(10).at(110))
                .exitAt(exit, Orders.by(ALICE).sell(10).at(80)));
        assertEquals(exit, fixture.engine.nextExpiryMillis());
        sell(6, 100);
        buy(2, 110);
        legs.are(2, OrderStatus.PENDING, 4, 0);
        fixture.place(Orders.by(CAROL).buy(9).at(99));
        fixture.engine.onTimer(exit, fixture.events::add);
        legs.are(2, OrderStatus.FILLED, 0, 4);
        legs.are(1, OrderStatus.CANCELLED, 0, 2);
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldCountTheTimeFromTheFirstFill() {
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .exitAfter(30_000, Orders.by(ALICE).sell(10).at(80)));
        fixture.nowMillis += 10_000;
        sell(3, 100);
        fixture.nowMillis += 10_000;
        sell(2, 100);
        assertEquals(Orders.START_MILLIS + 40_000, fixture.engine.nextExpiryMillis());
        assertEquals(
                Orders.START_MILLIS + 40_000,
                fixture.last(EngineEvent.OrderSized.class).exitMillis());
        fixture.place(Orders.by(CAROL).buy(4).at(90));
        fixture.engine.onTimer(Orders.START_MILLIS + 40_000, fixture.events::add);
        legs.are(0, OrderStatus.CANCELLED, 0, 5);
        legs.are(1, OrderStatus.CANCELLED, 0, 4);
        assertEquals(CancelReason.IOC_REMAINDER, legs.reason(1));
    }

    @Test
    void shouldGoToWorkBeforeItsIntentExpires() {
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .exitAfter(24 * 3_600_000L, Orders.by(ALICE).sell(10).at(80)));
        sell(10, 100);
        fixture.place(Orders.by(CAROL).buy(10).at(90).expiresAt(Orders.EXPIRY_SECONDS + 60));
        long before = Orders.EXPIRY_SECONDS * 1000 - 1_000;
        assertEquals(before, fixture.engine.nextExpiryMillis());
        fixture.engine.onTimer(before, fixture.events::add);
        legs.are(1, OrderStatus.FILLED, 0, 10);
    }

    @Test
    void shouldEndUnfilledEntryAndAllAtTheTimeOfTheTimeExit() {
        long exit = Orders.START_MILLIS + 60_000;
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90))
                .exitAt(exit, Orders.by(ALICE).sell(10).at(80)));
        fixture.engine.onTimer(exit, fixture.events::add);
        assertEquals(CancelReason.EXIT_STARTED, legs.reason(0));
        assertEquals(CancelReason.ENTRY_ENDED, legs.reason(1));
        assertEquals(CancelReason.ENTRY_ENDED, legs.reason(2));
    }

    @Test
    void shouldNeverTradeTheSameTwiceInOneSweep() {
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(10).at(110))
                .stop(Orders.by(ALICE).sell(10).at(95).when(Trigger.Kind.STOP, PriceSource.MARK, 96)));
        sell(10, 100);
        fixture.send(new Command.SetPrices(Orders.MARKET, 96, 0, fixture.nowMillis));
        // Stop and target rest in the book, each for all ten.
        legs.are(1, OrderStatus.OPEN, 10, 0);
        legs.are(2, OrderStatus.OPEN, 10, 0);
        Reply.Refused refused = fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                Orders.by(BOB).buy(11).at(110).fok().build());
        assertEquals(10, refused.bound());
        buy(30, 110);
        legs.are(2, OrderStatus.FILLED, 0, 10);
        legs.are(1, OrderStatus.CANCELLED, 0, 0);
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldCloseAPositionThatIsThere() {
        fixture.trade(ALICE, BOB, 10, 100);
        Legs legs = place(BracketForm.exits()
                .target(Orders.by(ALICE).sell(4).at(110))
                .target(Orders.by(ALICE).sell(4).at(120))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90)));
        legs.are(0, OrderStatus.OPEN, 4, 0);
        legs.are(2, OrderStatus.UNTRIGGERED, 10, 0);
        buy(4, 110);
        legs.are(2, OrderStatus.UNTRIGGERED, 6, 0);
        legs.are(1, OrderStatus.OPEN, 4, 0);
    }

    @Test
    void shouldRefuseExitsThatHaveNothingToClose() {
        Command.PlaceBracket command = BracketForm.exits()
                .target(Orders.by(ALICE).sell(4).at(110))
                .stop(Orders.by(ALICE).sell(4).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90))
                .build();
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(RefusalReason.REDUCE_ONLY_WOULD_INCREASE, refused.why().reason());
        assertEquals(0, refused.leg());
    }

    @Test
    void shouldShrinkAlternativesByWhatTheOthersFill() {
        Legs legs = place(BracketForm.alternatives(
                Orders.by(ALICE).buy(10).at(100),
                Orders.by(ALICE).sell(8).at(120),
                Orders.by(ALICE).buy(10).at(130).when(Trigger.Kind.STOP, PriceSource.LAST, 125)));
        legs.are(0, OrderStatus.OPEN, 10, 0);
        legs.are(1, OrderStatus.OPEN, 8, 0);
        legs.are(2, OrderStatus.UNTRIGGERED, 10, 0);
        sell(3, 100);
        legs.are(1, OrderStatus.OPEN, 5, 0);
        legs.are(2, OrderStatus.UNTRIGGERED, 7, 0);
        buy(5, 120);
        legs.are(0, OrderStatus.PARTIALLY_FILLED, 2, 3);
        legs.are(1, OrderStatus.FILLED, 0, 5);
        sell(2, 100);
        legs.are(0, OrderStatus.FILLED, 0, 5);
        legs.are(2, OrderStatus.CANCELLED, 0, 0);
    }

    @Test
    void shouldCountAlternativesOnceForAFillOrKillOrder() {
        place(BracketForm.alternatives(
                Orders.by(ALICE).sell(10).at(105), Orders.by(ALICE).sell(12).at(110)));
        Reply.Refused refused = fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                Orders.by(BOB).buy(13).at(110).fok().build());
        assertEquals(12, refused.bound());
        OrderState filled = fixture.place(Orders.by(BOB).buy(12).at(110).fok());
        assertEquals(OrderStatus.FILLED, filled.status());
    }

    @Test
    void shouldNotLetAlternativesTradeWithEachOther() {
        Legs legs = place(BracketForm.alternatives(
                Orders.by(ALICE).buy(10).at(100).selfTrade(SelfTradePrevention.NONE),
                Orders.by(ALICE).sell(10).at(100).selfTrade(SelfTradePrevention.NONE)));
        assertTrue(fixture.events(EngineEvent.Trade.class).isEmpty());
        assertEquals(CancelReason.SELF_TRADE, legs.reason(1));
    }

    @Test
    void shouldBeRefusedWholeForOneLeg() {
        Command.PlaceBracket command = BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(10).at(2_000_000))
                .stop(Orders.by(ALICE).sell(10).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90))
                .build();
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(1, refused.leg());
        assertEquals(RefusalReason.BAD_PRICE, refused.why().reason());
        assertEquals(1_000_000, refused.why().bound());
        assertTrue(fixture.events(EngineEvent.OrderAccepted.class).isEmpty());
        assertEquals(3, fixture.events(EngineEvent.OrderRefused.class).size(), "all reservations are free");
        // Delivered again, it finds its reservations gone.
        Reply.BracketRefused again = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(refused, again);
        assertEquals(0, fixture.newEvents().size());
    }

    @Test
    void shouldBeTheSameBracketWhenRepeated() {
        Command.PlaceBracket command = usual().build();
        Reply.BracketPlaced first = assertInstanceOf(Reply.BracketPlaced.class, fixture.send(command));
        Reply.BracketPlaced again = assertInstanceOf(Reply.BracketPlaced.class, fixture.send(command));
        assertEquals(new Reply.BracketPlaced(first.firstOrderId(), 4, true, first.sequence()), again);
        assertTrue(fixture.newEvents().isEmpty());
    }

    @Test
    void shouldBeRefusedWhereAnEarlierAuctionLeavesTooLittleForAFillOrKillEntry() {
        fixture.place(Orders.by(CAROL).sell(5).at(110));
        fixture.auction(Orders.by(BOB).buy(3).at(130).market(), 400);
        Command.PlaceBracket command = BracketForm.of(
                        Orders.by(ALICE).buy(5).at(110).fok())
                .target(Orders.by(ALICE).sell(5).at(120))
                .build();
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(0, refused.leg());
        assertEquals(RefusalReason.FOK_NOT_FILLABLE, refused.why().reason());
        assertEquals(2, refused.why().bound());
        assertEquals(3, fixture.last(EngineEvent.Trade.class).lots());
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldEnterWholeByAFillOrKillEntry() {
        fixture.place(Orders.by(CAROL).sell(5).at(110));
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(5).at(110).fok())
                .target(Orders.by(ALICE).sell(5).at(120)));
        legs.are(0, OrderStatus.FILLED, 0, 5);
        legs.are(1, OrderStatus.OPEN, 5, 0);
    }

    @Test
    void shouldNotTakeANameThatIsTaken() {
        Orders taken = Orders.by(ALICE).buy(1).at(50).clientId("mine");
        fixture.place(taken);
        Command.PlaceBracket command = BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(10).at(110).clientId("mine"))
                .build();
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
        assertEquals(RefusalReason.CLIENT_ORDER_ID_REUSED, refused.why().reason());
        assertEquals(1, refused.leg());
    }

    @Test
    void shouldCountEveryLegAmongTheOpenOrders() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.OPEN_PER_ACCOUNT, 3));
        Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, small.send(usual().build()));
        assertEquals(RefusalReason.TOO_MANY_OPEN_ORDERS, refused.why().reason());
        assertEquals(4, refused.why().value());
        assertEquals(3, refused.why().bound());
    }

    @Test
    void shouldRefuseATimeThatCanNotBe() {
        for (long millis : new long[] {Orders.START_MILLIS, Orders.EXPIRY_SECONDS * 1000}) {
            Command.PlaceBracket command = BracketForm.of(
                            Orders.by(ALICE).buy(10).at(100))
                    .exitAt(millis, Orders.by(ALICE).sell(10).at(80))
                    .build();
            Reply.BracketRefused refused = assertInstanceOf(Reply.BracketRefused.class, fixture.send(command));
            assertEquals(RefusalReason.BAD_EXIT_TIME, refused.why().reason());
            assertEquals(millis, refused.why().value());
        }
    }

    @Test
    void shouldChangePriceAndTriggerOfALegButNotItsQuantity() {
        Legs legs = place(usual());
        sell(5, 100);
        assertInstanceOf(Reply.Amended.class, amend(legs, 1, 115, 0, 0));
        legs.are(1, OrderStatus.OPEN, 3, 0);
        buy(3, 115);
        legs.are(1, OrderStatus.FILLED, 0, 3);
        assertInstanceOf(Reply.Amended.class, amend(legs, 3, 0, 0, 95));
        assertEquals(
                RefusalReason.NOT_AMENDABLE,
                assertInstanceOf(Reply.Refused.class, amend(legs, 2, 0, 1, 0)).reason());
        Legs waiting = place(usual());
        assertInstanceOf(Reply.Amended.class, amend(waiting, 3, 0, 0, 99));
        assertInstanceOf(Reply.Amended.class, amend(waiting, 2, 125, 0, 0));
        assertEquals(125, fixture.last(EngineEvent.OrderAmended.class).priceTicks());
        waiting.are(2, OrderStatus.PENDING, 4, 0);
    }

    private Reply amend(Legs legs, int leg, long price, long lots, long trigger) {
        return fixture.send(new Command.AmendOrder(
                ALICE,
                legs.firstId + leg,
                "",
                price,
                lots,
                trigger,
                Optional.empty(),
                new UUID(8, fixture.events.size()),
                TraceParent.NONE));
    }

    @Test
    void shouldEndWithTheKillSwitchWhatIsNotFilledYet() {
        Legs legs = place(usual());
        fixture.send(new Command.ArmKillSwitch(ALICE, 5_000));
        fixture.nowMillis += 5_000;
        fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
        assertEquals(CancelReason.KILL_SWITCH, legs.reason(0));
        assertEquals(CancelReason.ENTRY_ENDED, legs.reason(3));
        Legs entered = place(usual());
        sell(2, 100);
        fixture.send(new Command.ArmKillSwitch(ALICE, 5_000));
        fixture.nowMillis += 5_000;
        fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
        entered.are(0, OrderStatus.CANCELLED, 0, 2);
        entered.are(1, OrderStatus.OPEN, 1, 0);
        entered.are(3, OrderStatus.UNTRIGGERED, 2, 0);
    }

    @Test
    void shouldCancelAllOfItWithAllOrders() {
        Legs legs = place(usual());
        sell(3, 100);
        Reply.CancelledAll all = assertInstanceOf(
                Reply.CancelledAll.class,
                fixture.send(new Command.CancelAllOrders(ALICE, Command.ALL_MARKETS, TraceParent.NONE)));
        assertEquals(4, all.orders());
        legs.are(1, OrderStatus.CANCELLED, 0, 0);
        Legs untouched = place(usual());
        fixture.send(new Command.CancelAllOrders(ALICE, Command.ALL_MARKETS, TraceParent.NONE));
        untouched.are(3, OrderStatus.CANCELLED, 0, 0);
    }

    @Test
    void shouldEndALegAloneWhenItsIntentExpires() {
        Legs legs = place(BracketForm.of(Orders.by(ALICE).buy(10).at(100))
                .target(Orders.by(ALICE).sell(10).at(110))
                .stop(Orders.by(ALICE)
                        .sell(10)
                        .at(80)
                        .expiresAt(Orders.EXPIRY_SECONDS + 60)
                        .market()
                        .when(Trigger.Kind.STOP, PriceSource.LAST, 90)));
        sell(10, 100);
        fixture.nowMillis = Orders.EXPIRY_SECONDS * 1000;
        fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
        assertEquals(CancelReason.INTENT_EXPIRED, legs.reason(1));
        legs.are(2, OrderStatus.UNTRIGGERED, 10, 0);
    }

    @Test
    void shouldHaveNothingToExitWhereTheEntryOnlyReducedWhatWasThere() {
        fixture.trade(BOB, ALICE, 20, 100);
        Legs legs = place(usual());
        sell(10, 100);
        assertEquals(-10, fixture.engine.positionLots(ALICE, Orders.MARKET));
        legs.are(1, OrderStatus.CANCELLED, 0, 0);
        assertEquals(CancelReason.REDUCE_ONLY, legs.reason(1));
        sell(1, 90);
        legs.are(3, OrderStatus.UNTRIGGERED, 10, 0);
        fixture.place(Orders.by(CAROL).buy(1).at(90));
        sell(1, 90);
        legs.are(3, OrderStatus.CANCELLED, 0, 0);
        assertEquals(-10, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }
}
