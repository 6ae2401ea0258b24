package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that are changed while they are open. */
@Timeout(10)
class AmendTest {
    private final EngineFixture fixture = new EngineFixture();
    private long amendments;

    private Command.AmendOrder amendment(
            Command.PlaceOrder order, long price, long lots, long trigger, Optional<SignedIntent> intent) {
        return new Command.AmendOrder(
                order.account(),
                0,
                order.clientOrderId(),
                price,
                lots,
                trigger,
                intent,
                new UUID(9, ++amendments),
                TraceParent.NONE);
    }

    private OrderState amend(Command.PlaceOrder order, long price, long lots) {
        return assertInstanceOf(Reply.Amended.class, fixture.send(amendment(order, price, lots, 0, Optional.empty())))
                .state();
    }

    private void refused(RefusalReason reason, long value, long bound, Command.AmendOrder amend) {
        Reply.Refused refused = fixture.refused(reason, amend);
        assertEquals(List.of(value, bound), List.of(refused.value(), refused.bound()));
    }

    private Command.PlaceOrder placed(Orders order) {
        Command.PlaceOrder command = order.build();
        assertInstanceOf(Reply.Accepted.class, fixture.send(command));
        return command;
    }

    private long makerOfNextSell(long ticks) {
        fixture.place(by(CAROL).sell(1).at(ticks));
        return fixture.last(EngineEvent.Trade.class).maker().orderId();
    }

    @Test
    void shouldKeepItsPlaceWhenItOnlyShrinks() {
        Command.PlaceOrder first = placed(by(ALICE).buy(10).at(100));
        placed(by(BOB).buy(10).at(100));
        OrderState amended = amend(first, 0, 4);
        assertEquals(4, amended.remainingLots());
        assertEquals(amended.orderId(), makerOfNextSell(100));
    }

    @Test
    void shouldGoToTheEndOfTheLineWhenItGrowsOrMoves() {
        Command.PlaceOrder first = placed(by(ALICE).buy(10).at(100).signedFor(105, 50));
        Command.PlaceOrder second = placed(by(BOB).buy(10).at(100).signedFor(105, 50));
        long secondId = fixture.stateOf(second).orderId();
        amend(first, 0, 11);
        assertEquals(secondId, makerOfNextSell(100));
        amend(second, 101, 0);
        amend(first, 101, 0);
        assertEquals(secondId, makerOfNextSell(101));
    }

    @Test
    void shouldCountWhatHasFilledIntoItsQuantity() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        fixture.place(by(BOB).sell(6).at(100));
        refused(RefusalReason.AMEND_BELOW_FILLED, 6, 6, amendment(order, 0, 6, 0, Optional.empty()));
        assertEquals(1, amend(order, 0, 7).remainingLots());
        fixture.place(by(BOB).sell(1).at(100));
        assertEquals(OrderStatus.FILLED, fixture.stateOf(order).status());
        refused(
                RefusalReason.NOT_AMENDABLE,
                fixture.stateOf(order).orderId(),
                0,
                amendment(order, 0, 9, 0, Optional.empty()));
    }

    @Test
    void shouldTradeWhenItMovesThroughTheBook() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100).signedFor(110, 10));
        fixture.place(by(BOB).sell(4).at(103));
        OrderState amended = amend(order, 104, 0);
        assertEquals(List.of(4L, 6L), List.of(amended.filledLots(), amended.remainingLots()));
        assertEquals(103, fixture.last(EngineEvent.Trade.class).priceTicks());
    }

    @Test
    void shouldStayWithinTheIntentItHasOrTakeANewOne() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100).signedFor(101, 12));
        refused(RefusalReason.AMEND_PRICE_BEYOND_INTENT, 102, 101, amendment(order, 102, 0, 0, Optional.empty()));
        refused(RefusalReason.AMEND_QUANTITY_BEYOND_INTENT, 13, 12, amendment(order, 0, 13, 0, Optional.empty()));
        SignedIntent wider = by(ALICE)
                .buy(20)
                .at(120)
                .expiresAt(Orders.EXPIRY_SECONDS + 60)
                .build()
                .intent();
        Command.AmendOrder amend = amendment(order, 102, 13, 0, Optional.of(wider));
        assertInstanceOf(Reply.Amended.class, fixture.send(amend));
        EngineEvent.OrderAmended event = fixture.last(EngineEvent.OrderAmended.class);
        assertEquals(wider, event.order().intent());
        assertEquals(amend.reservationId(), event.ref().reservationId());
        // The first intent's end is not the order's any more, the second's is.
        fixture.nowMillis = Orders.EXPIRY_SECONDS * 1000;
        assertEquals(OrderStatus.OPEN, fixture.stateOf(order).status());
        fixture.nowMillis = wider.expiryMillis();
        assertEquals(OrderStatus.EXPIRED, fixture.stateOf(order).status());
    }

    @Test
    void shouldUseANewIntentsNonceOnce() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        refused(
                RefusalReason.NONCE_REPLAYED,
                order.intent().nonce(),
                0,
                amendment(order, 0, 9, 0, Optional.of(order.intent())));
    }

    @Test
    void shouldLeaveTheOrderWhereItIsWhenAPostOnlyOneWouldTake() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100).postOnly().signedFor(110, 10));
        fixture.place(by(BOB).sell(4).at(103));
        refused(RefusalReason.POST_ONLY_WOULD_CROSS, 103, 103, amendment(order, 103, 0, 0, Optional.empty()));
        assertEquals(10, fixture.stateOf(order).remainingLots());
        amend(order, 102, 0);
        assertEquals(102, fixture.last(EngineEvent.OrderAmended.class).priceTicks());
    }

    @Test
    void shouldMoveTheTriggerOfAnOrderThatWaits() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, fixture.nowMillis));
        Command.PlaceOrder stop = placed(by(ALICE).sell(4).at(90).when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        refused(RefusalReason.TRIGGER_REACHED, 100, 100, amendment(stop, 0, 0, 100, Optional.empty()));
        assertInstanceOf(Reply.Amended.class, fixture.send(amendment(stop, 0, 3, 98, Optional.empty())));
        fixture.send(new Command.SetPrices(Orders.MARKET, 98, 0, fixture.nowMillis));
        OrderState fired = fixture.stateOf(stop);
        assertEquals(OrderStatus.OPEN, fired.status());
        assertEquals(3, fired.remainingLots());
    }

    @Test
    void shouldNotMoveTheTriggerOfAMarketOrderBeyondItsWorstPrice() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, fixture.nowMillis));
        Command.PlaceOrder stop =
                placed(by(ALICE).sell(4).at(90).market().when(Trigger.Kind.STOP, PriceSource.MARK, 95));
        refused(RefusalReason.BAD_TRIGGER, 89, 90, amendment(stop, 0, 0, 89, Optional.empty()));
        assertInstanceOf(Reply.Amended.class, fixture.send(amendment(stop, 0, 0, 90, Optional.empty())));
    }

    @Test
    void shouldMoveATriggerByAFreshPriceOnly() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, fixture.nowMillis));
        Command.PlaceOrder trailing =
                placed(by(ALICE).sell(4).at(90).when(Trigger.Kind.TRAIL_TICKS, PriceSource.MARK, 5));
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        refused(
                RefusalReason.REFERENCE_PRICE_UNKNOWN,
                PriceSource.MARK.ordinal(),
                0,
                amendment(trailing, 0, 0, 3, Optional.empty()));
        assertInstanceOf(Reply.Amended.class, fixture.send(amendment(trailing, 0, 3, 0, Optional.empty())));
        fixture.send(new Command.SetPrices(Orders.MARKET, 100, 0, fixture.nowMillis));
        assertInstanceOf(Reply.Amended.class, fixture.send(amendment(trailing, 0, 0, 3, Optional.empty())));
    }

    @Test
    void shouldDoNothingWhenTheSameAmendmentComesAgain() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        Command.AmendOrder amend = amendment(order, 0, 4, 0, Optional.empty());
        fixture.send(amend);
        assertInstanceOf(Reply.Amended.class, fixture.send(amend));
        assertEquals(List.of(), fixture.newEvents());
    }

    @Test
    void shouldNotComeBackWhenItIsDeliveredAgainAfterALaterOne() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        Command.AmendOrder first = amendment(order, 98, 0, 0, Optional.empty());
        fixture.send(first);
        amend(order, 99, 0);
        assertInstanceOf(Reply.Amended.class, fixture.send(first));
        assertEquals(List.of(), fixture.newEvents());
        assertEquals(99, fixture.last(EngineEvent.OrderAmended.class).priceTicks());
    }

    @Test
    void shouldFreeItsReservationWhenItIsRefused() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        Command.AmendOrder amend = amendment(order, 101, 0, 0, Optional.empty());
        fixture.refused(RefusalReason.AMEND_PRICE_BEYOND_INTENT, amend);
        EngineEvent.OrderRefused refused = fixture.last(EngineEvent.OrderRefused.class);
        assertEquals(amend.reservationId(), refused.reservationId());
        fixture.refused(RefusalReason.AMEND_PRICE_BEYOND_INTENT, amend);
        assertEquals(List.of(), fixture.newEvents());
    }

    @Test
    void shouldNotFindAnotherAccountsOrder() {
        Command.PlaceOrder order = placed(by(ALICE).buy(10).at(100));
        Command.AmendOrder foreign = new Command.AmendOrder(
                BOB,
                fixture.stateOf(order).orderId(),
                "",
                0,
                4,
                0,
                Optional.empty(),
                new UUID(9, 99),
                TraceParent.NONE);
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, foreign);
    }

    @Test
    void shouldCountANewIntentAmongThoseOfAllSigners() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.INTENTS, 3));
        Command.PlaceOrder order = by(ALICE).buy(10).at(100).build();
        small.send(order);
        small.place(by(BOB).buy(10).at(99));
        small.place(by(CAROL).buy(10).at(98));
        SignedIntent another = by(ALICE).buy(10).at(100).build().intent();
        Reply.Refused refused =
                small.refused(RefusalReason.TOO_MANY_LIVE_INTENTS, amendment(order, 0, 9, 0, Optional.of(another)));
        assertEquals(List.of(4L, 3L), List.of(refused.value(), refused.bound()));
        assertInstanceOf(Reply.Amended.class, small.send(amendment(order, 0, 9, 0, Optional.empty())));
    }
}
