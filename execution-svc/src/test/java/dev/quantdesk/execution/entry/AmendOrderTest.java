package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Amendments, from the request to what is shown of the order. */
@Timeout(30)
class AmendOrderTest {
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();

    private final EntryFixture mesh = new EntryFixture();

    private Order amend(AmendOrderRequest.Builder request) throws Exception {
        return mesh.entry.amend(request.build(), EntryFixture.call(OrderForm.ALICE));
    }

    private static AmendOrderRequest.Builder of(Order order) {
        return AmendOrderRequest.newBuilder().setOrderId(order.getOrderId());
    }

    private Order open() throws Exception {
        return mesh.place(OrderForm.buy(OrderForm.ALICE, "0.05")
                        .at("100")
                        .intentTicks(1_050)
                        .intentLots(BTC.lots("0.08")))
                .order();
    }

    @Test
    void shouldAskRiskForTheOrderAsItWouldBeWhenItGrows() throws Exception {
        Order order = open();
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.02").at("100"));
        Order amended = amend(of(order).setPrice("101").setQuantity("0.06"));
        assertEquals("101", amended.getPrice());
        assertEquals("0.06", amended.getQuantity());
        assertEquals("0.02", amended.getFilledQuantity());
        ReserveOrderRequest reserved = mesh.reservations.getLast();
        assertEquals("0.04", reserved.getQuantity());
        assertEquals(order.getOrderId(), reserved.getReplacesOrderId());
        Command.AmendOrder command = (Command.AmendOrder) mesh.commands.getLast();
        assertEquals(reserved.getReservationId(), command.reservationId().toString());
        mesh.project();
        assertEquals(amended, mesh.stored(OrderForm.ALICE, order.getOrderId()));
    }

    @Test
    void shouldNeedNoMarginWhenItShrinks() throws Exception {
        Order order = open();
        mesh.riskRefuses = Reason.UPSTREAM_UNAVAILABLE;
        assertEquals("0.01", amend(of(order).setQuantity("0.01")).getQuantity());
        Refusal.expect(Reason.RISK_UNAVAILABLE, () -> amend(of(order).setPrice("101")));
        assertEquals("100", mesh.shown(OrderForm.ALICE, order.getOrderId()).getPrice());
    }

    @Test
    void shouldBeFoundByTheClientsName() throws Exception {
        Order order = open();
        assertEquals(
                "0.03",
                amend(AmendOrderRequest.newBuilder()
                                .setClientOrderId(order.getClientOrderId())
                                .setQuantity("0.03"))
                        .getQuantity());
    }

    @Test
    void shouldStayWithinItsIntentOrCarryANewOne() throws Exception {
        Order order = open();
        Refusal refusal =
                Refusal.expect(Reason.INTENT_EXCEEDED, () -> amend(of(order).setPrice("105.1")));
        assertEquals("105", refusal.figure("suggested_price"));
        var wider = OrderForm.buy(OrderForm.ALICE, "0.05").at("110").build().getIntent();
        assertEquals(
                "105.1", amend(of(order).setPrice("105.1").setIntent(wider)).getPrice());
        Refusal.expect(
                Reason.NONCE_REPLAYED, () -> amend(of(order).setPrice("105").setIntent(wider)));
        var foreign = OrderForm.buy(OrderForm.BOB, "0.05").at("110").build().getIntent();
        Refusal.expect(
                Reason.ACCOUNT_MISMATCH, () -> amend(of(order).setPrice("106").setIntent(foreign)));
    }

    @Test
    void shouldMoveTheTriggerOfAStopWithoutAskingRisk() throws Exception {
        mesh.script.send(new Command.SetPrices(BTC.id(), BTC.ticks("100"), 0, mesh.script.nowMillis()));
        Order stop = mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").stopMarket("95", 900))
                .order();
        int reservations = mesh.reservations.size();
        assertEquals("97", amend(of(stop).setTriggerPrice("97")).getTriggerPrice());
        assertEquals(reservations, mesh.reservations.size());
        mesh.script.send(new Command.SetPrices(BTC.id(), BTC.ticks("97"), 0, mesh.script.nowMillis()));
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED,
                mesh.shown(OrderForm.ALICE, stop.getOrderId()).getStatus());
    }

    @Test
    void shouldSayWhatCanNotBeChanged() throws Exception {
        Order order = open();
        Refusal.expect(Reason.UNSUPPORTED_COMBINATION, () -> amend(of(order)));
        Refusal.expect(Reason.ORDER_NOT_AMENDABLE, () -> amend(of(order).setTriggerPrice("95")));
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.02").at("100"));
        Refusal below =
                Refusal.expect(Reason.AMEND_BELOW_FILLED, () -> amend(of(order).setQuantity("0.02")));
        assertEquals("0.02", below.figure("bound"));
        mesh.cancel(OrderForm.ALICE, order.getOrderId());
        Refusal closed =
                Refusal.expect(Reason.ORDER_NOT_AMENDABLE, () -> amend(of(order).setQuantity("0.04")));
        assertEquals("ORDER_STATUS_CANCELLED", closed.figure("status"));
        Refusal.expect(
                Reason.ORDER_NOT_FOUND,
                () -> mesh.entry.amend(of(order).setQuantity("0.04").build(), EntryFixture.call(OrderForm.BOB)));
    }
}
