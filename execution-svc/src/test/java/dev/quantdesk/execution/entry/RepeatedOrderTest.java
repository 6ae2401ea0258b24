package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same call again gives the same order, however late it comes and whatever has become of risk-svc meanwhile. */
@Timeout(30)
class RepeatedOrderTest {
    private final EntryFixture mesh = new EntryFixture(EntryFixture.forgetful(), false);
    private final OrderForm form = OrderForm.buy(OrderForm.ALICE, "0.01")
            .at("100")
            .intentTicks(2_000)
            .intentLots(500)
            .ioc()
            .clientId("mine");

    @Test
    void shouldNeedNoMarginWhenTheOrderIsKnown() throws Exception {
        EntryFixture known = new EntryFixture();
        PlaceOrderRequest request =
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build();
        Order first =
                known.entry.place(request, EntryFixture.call(OrderForm.ALICE)).order();
        known.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        OrderEntry.Placed again = known.entry.place(request, EntryFixture.call(OrderForm.ALICE));
        assertTrue(again.repeated());
        assertEquals(first, again.order());
        assertEquals(1, known.reservations.size());
        assertEquals(Command.NO_RESERVATION, ((Command.PlaceOrder) known.commands.getLast()).reservationId());
        assertEquals(1, known.script.lastOrderId());
    }

    /** The first call's answer was given up for lost while it was still under way, and its margin left too little for two. */
    @Test
    void shouldBeTheSameOrderWhenThatIsPlacedWhileTheRepeatIsRefusedItsMargin() throws Exception {
        EntryFixture late = new EntryFixture();
        PlaceOrderRequest request =
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build();
        late.whileRiskIsAsked = () -> {
            assertDoesNotThrow(() -> late.entry.place(request, EntryFixture.call(OrderForm.ALICE)));
            late.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        };
        OrderEntry.Placed again = late.entry.place(request, EntryFixture.call(OrderForm.ALICE));
        assertTrue(again.repeated());
        assertEquals("1", again.order().getOrderId());
        assertEquals(1, late.script.lastOrderId());
    }

    @Test
    void shouldShowWhereTheOrderStandsNow() throws Exception {
        EntryFixture known = new EntryFixture();
        PlaceOrderRequest request =
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build();
        Order first =
                known.entry.place(request, EntryFixture.call(OrderForm.ALICE)).order();
        known.cancel(OrderForm.ALICE, first.getOrderId());
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED,
                known.entry
                        .place(request, EntryFixture.call(OrderForm.ALICE))
                        .order()
                        .getStatus());
    }

    @Test
    void shouldStillBeTheSameOrderWhenItsIntentHasExpired() throws Exception {
        EntryFixture known = new EntryFixture();
        PlaceOrderRequest request = OrderForm.buy(OrderForm.ALICE, "0.01")
                .at("100")
                .expiresAt(OrderForm.NOW_SECONDS + 2)
                .build();
        known.entry.place(request, EntryFixture.call(OrderForm.ALICE));
        known.script.advance(5_000);
        OrderEntry.Placed again = known.entry.place(request, EntryFixture.call(OrderForm.ALICE));
        assertTrue(again.repeated());
        assertEquals(OrderStatus.ORDER_STATUS_EXPIRED, again.order().getStatus());
    }

    @Test
    void shouldRefuseANameThatIsUsedForOtherContent() throws Exception {
        EntryFixture known = new EntryFixture();
        Order first = known.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").clientId("mine"))
                .order();
        known.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        Refusal refusal = Refusal.expect(
                Reason.CLIENT_ORDER_ID_REUSED,
                () -> known.place(
                        OrderForm.buy(OrderForm.ALICE, "0.02").at("100").clientId("mine")));
        assertEquals(first.getOrderId(), refusal.figure("order_id"));
        // A name belongs to its account.
        known.riskRefuses = null;
        known.placeAs(
                OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.02").at("99").clientId("mine"));
    }

    /** Places the order before this node's time and makes the engine forget its name: only the tables know it. */
    private Order placedAndForgotten() throws Exception {
        PlaceOrderRequest request = form.build();
        var market = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();
        OrderTicket ticket = OrderTicket.of(request, market);
        var checked = new IntentChecks(OrderForm.PROGRAM)
                .check(
                        request.getIntent(),
                        EntryFixture.call(OrderForm.ALICE).trader(),
                        market,
                        ticket.side(),
                        ticket.type(),
                        ticket.limitTicks(),
                        ticket.lots(),
                        OrderForm.NOW_SECONDS);
        long id = mesh.script
                .place(new Command.PlaceOrder(
                        OrderForm.ALICE.publicKey(),
                        "mine",
                        market.id(),
                        ticket.side(),
                        ticket.type(),
                        ticket.timeInForce(),
                        PostOnly.NO,
                        false,
                        SelfTradePrevention.EXPIRE_TAKER,
                        checked.boundTicks(),
                        ticket.lots(),
                        0,
                        Trigger.NONE,
                        Peg.NONE,
                        checked.intent(),
                        Command.NO_RESERVATION,
                        TraceParent.NONE))
                .orderId();
        mesh.script.place(Orders.by(OrderForm.ALICE.publicKey()).buy(1).at(1).ioc());
        mesh.project();
        return mesh.reader.find(OrderForm.ALICE.publicKey(), id).orElseThrow();
    }

    private OrderEntry.Placed repeat() throws Exception {
        return mesh.place(form);
    }

    @Test
    void shouldBeAnsweredFromTheTablesWhenTheEngineHasForgottenIt() throws Exception {
        Order stored = placedAndForgotten();
        OrderEntry.Placed again = repeat();
        assertTrue(again.repeated());
        assertEquals(stored, again.order());
        assertEquals(1, mesh.commands.size(), "the engine was asked, and knew the nonce only");
    }

    @Test
    void shouldBeAnsweredFromTheTablesWhenItsIntentHasExpiredToo() throws Exception {
        Order stored = placedAndForgotten();
        mesh.script.advance(3_700_000);
        assertEquals(stored, repeat().order());
        assertTrue(mesh.reservations.isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"INSUFFICIENT_MARGIN", "NO_COLLATERAL", "UPSTREAM_UNAVAILABLE"})
    void shouldBeAnsweredFromTheTablesWhenRiskRefusesASecondOne(Reason reason) throws Exception {
        Order stored = placedAndForgotten();
        mesh.riskRefuses = reason;
        OrderEntry.Placed again = repeat();
        assertTrue(again.repeated());
        assertEquals(stored, again.order());
    }

    @Test
    void shouldRefuseOtherContentUnderTheSameIntentWhenOnlyTheTablesKnowIt() throws Exception {
        placedAndForgotten();
        Refusal.expect(
                Reason.NONCE_REPLAYED,
                () -> mesh.entry.place(
                        form.build().toBuilder().setQuantity("0.02").build(), EntryFixture.call(OrderForm.ALICE)));
        Refusal.expect(
                Reason.NONCE_REPLAYED,
                () -> mesh.entry.place(
                        form.build().toBuilder().setPrice("101").build(), EntryFixture.call(OrderForm.ALICE)));
        Refusal.expect(
                Reason.NONCE_REPLAYED,
                () -> mesh.entry.place(
                        form.build().toBuilder().setReduceOnly(true).build(), EntryFixture.call(OrderForm.ALICE)));
        Refusal.expect(
                Reason.NONCE_REPLAYED,
                () -> mesh.entry.place(
                        form.build().toBuilder().setClientOrderId("another").build(),
                        EntryFixture.call(OrderForm.ALICE)));
    }

    @Test
    void shouldRefuseAnExpiredIntentThatNoOrderWasPlacedWith() throws Exception {
        placedAndForgotten();
        mesh.script.advance(3_700_000);
        Refusal.expect(
                Reason.INTENT_EXPIRED,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").clientId("mine")));
        assertFalse(mesh.hub.knows(OrderForm.ALICE.publicKey(), "mine"));
    }
}
