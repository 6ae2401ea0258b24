package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.price.PriceFeed;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way of an order in: checks, margin, engine, acknowledgement. */
@Timeout(30)
class PlaceOrderTest {
    private final EntryFixture mesh = new EntryFixture();

    @Test
    void shouldReserveMarginAndAcknowledgeWhatTheEngineMadeOfIt() throws Exception {
        OrderEntry.Placed placed = mesh.place(
                OrderForm.buy(OrderForm.ALICE, "0.010").at("65000.50").clientId("mine"));
        assertFalse(placed.repeated());
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, placed.order().getStatus());
        assertEquals("mine", placed.order().getClientOrderId());
        assertEquals("65000.5", placed.order().getPrice());
        Command.PlaceOrder command = assertInstanceOf(Command.PlaceOrder.class, mesh.commands.getFirst());
        assertEquals(
                List.of(ReserveOrderRequest.newBuilder()
                        .setReservationId(command.reservationId().toString())
                        .setMarket("BTC-PERP")
                        .setSide(OrderSide.ORDER_SIDE_BUY)
                        .setPrice("65000.5")
                        .setQuantity("0.01")
                        .build()),
                mesh.reservations);
    }

    @Test
    void shouldShowWhatFilledAtOnce() throws Exception {
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        var order =
                mesh.place(OrderForm.buy(OrderForm.ALICE, "0.02").market(1_010)).order();
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, order.getStatus());
        assertEquals("0.01", order.getFilledQuantity());
        assertEquals("100", order.getAveragePrice());
        assertEquals("101", order.getPrice());
        assertEquals("101", mesh.reservations.getLast().getPrice(), "margin is for the worst price");
    }

    /** As messages of one stream do, which are sent at once: the next is carried out before this one is answered. */
    @Test
    void shouldAnswerWithTheOrderAsItWasAcknowledgedWhenMoreHasHappenedSince() throws Exception {
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        mesh.instead = (command, _) -> {
            Reply reply = mesh.script.send(command);
            mesh.script.send(
                    new Command.CancelAllOrders(OrderForm.ALICE.publicKey(), Command.ALL_MARKETS, TraceParent.NONE));
            return CompletableFuture.completedFuture(reply);
        };
        var order = mesh.place(OrderForm.buy(OrderForm.ALICE, "0.02").at("100")).order();
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, order.getStatus());
        assertEquals("0.01", order.getFilledQuantity());
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED,
                mesh.shown(OrderForm.ALICE, order.getOrderId()).getStatus());
    }

    @Test
    void shouldTakeOrdersSignedByASessionKeyForTheAccount() throws Exception {
        var delegate =
                new Identity.Delegate(OrderForm.SESSION_KEY.publicKey(), OrderForm.NOW_SECONDS + 60, 1_000_000_000);
        var placed = mesh.entry.place(
                OrderForm.sell(OrderForm.SESSION_KEY, "0.01").at("100").build(),
                EntryFixture.call(OrderForm.ALICE, List.of(delegate)));
        assertEquals(OrderForm.ALICE.publicKey().toString(), placed.order().getAccount());
        assertEquals(OrderSide.ORDER_SIDE_SELL, mesh.reservations.getFirst().getSide());
    }

    @Test
    void shouldNameItsOwnMarketsWhenTheOrderIsForAnotherEngine() {
        OrderEntry shard = new OrderEntry(
                OrderForm.MARKETS.only(List.of("ETH-PERP", "SOL-PERP")),
                OrderForm.PROGRAM,
                mesh.gate,
                (_, _) -> fail("the engine is not asked"),
                new PriceFeed(OrderForm.MARKETS, Clock.systemUTC()),
                AuctionSettings.ON_REQUEST,
                mesh.hub,
                mesh.reader,
                Telemetry.none(),
                Clock.systemUTC());
        Refusal refused = Refusal.expect(
                Reason.UNKNOWN_MARKET,
                () -> shard.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build(), EntryFixture.call(OrderForm.ALICE)));
        assertTrue(refused.text().contains("ETH-PERP, SOL-PERP"), refused.text());
        assertTrue(mesh.reservations.isEmpty());
    }

    @Test
    void shouldAskNeitherRiskNorEngineWhenAnOrderIsWrongByItself() {
        Refusal.expect(
                Reason.UNKNOWN_MARKET,
                () -> mesh.entry.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build().toBuilder()
                                .setMarket("DOGE-PERP")
                                .build(),
                        EntryFixture.call(OrderForm.ALICE)));
        Refusal.expect(
                Reason.PRICE_OFF_TICK,
                () -> mesh.entry.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").build().toBuilder()
                                .setPrice("100.01")
                                .build(),
                        EntryFixture.call(OrderForm.ALICE)));
        Refusal.expect(
                Reason.INTENT_EXPIRED,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").expiresAt(OrderForm.NOW_SECONDS)));
        Refusal.expect(
                Reason.ACCOUNT_MISMATCH,
                () -> mesh.place(OrderForm.buy(OrderForm.BOB, "0.01").at("100")));
        assertEquals(List.of(), mesh.reservations);
        assertEquals(List.of(), mesh.commands);
    }

    @Test
    void shouldStoreNothingWhenRiskRefuses() {
        mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        Refusal.expect(
                Reason.INSUFFICIENT_MARGIN,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").clientId("mine")));
        assertEquals(List.of(), mesh.commands);
        assertFalse(mesh.hub.knows(OrderForm.ALICE.publicKey(), "mine"));
    }

    @Test
    void shouldUseUpNeitherNameNorNonceWhenRefused() throws Exception {
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        OrderForm form = OrderForm.buy(OrderForm.ALICE, "0.01")
                .at("100")
                .intentTicks(1_000)
                .clientId("mine")
                .nonce(77);
        Refusal refusal = Refusal.expect(Reason.POST_ONLY_WOULD_CROSS, () -> mesh.place(form.postOnly()));
        assertTrue(
                mesh.place(form.at(refusal.figure("suggested_price"))).order().getPostOnly());
    }

    @Test
    void shouldPassWithWhatTheRefusalSuggests() throws Exception {
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        Refusal buyer = Refusal.expect(
                Reason.POST_ONLY_WOULD_CROSS,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").postOnly()));
        var bid = mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01")
                .at(buyer.figure("suggested_price"))
                .postOnly());
        assertEquals("99.9", bid.order().getPrice());

        Refusal seller = Refusal.expect(
                Reason.POST_ONLY_WOULD_CROSS,
                () -> mesh.placeAs(
                        OrderForm.BOB,
                        OrderForm.sell(OrderForm.BOB, "0.01").at("50").postOnly()));
        var ask = mesh.placeAs(
                OrderForm.BOB,
                OrderForm.sell(OrderForm.BOB, "0.01")
                        .at(seller.figure("suggested_price"))
                        .postOnly());
        assertEquals("100", ask.order().getPrice());

        Refusal fok = Refusal.expect(
                Reason.FOK_NOT_FILLABLE,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.05").at("100").fok()));
        var filled = mesh.place(OrderForm.buy(OrderForm.ALICE, fok.figure("suggested_quantity"))
                .at("100")
                .fok());
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, filled.order().getStatus());
        assertEquals("0.02", filled.order().getFilledQuantity());
    }

    @Test
    void shouldPassWithTheQuantityThatKeepsThePositionWithinItsLimit() throws Exception {
        EntryFixture small = new EntryFixture(EntryFixture.limits(EngineLimits.DEFAULTS.closedOrders(), 70));
        Refusal refusal = Refusal.expect(
                Reason.POSITION_TOO_LARGE,
                () -> small.place(OrderForm.sell(OrderForm.ALICE, "0.01").at("100")));
        assertEquals("0.007", refusal.figure("suggested_quantity"));
        small.place(OrderForm.sell(OrderForm.ALICE, "0.007").at("100"));
    }

    @Test
    void shouldRefuseReduceOnlyWithNothingToReduce() {
        Refusal refusal = Refusal.expect(
                Reason.REDUCE_ONLY_WOULD_INCREASE,
                () -> mesh.place(
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").reduceOnly()));
        assertEquals("0", refusal.figure("bound"));
        assertTrue(mesh.reservations.getFirst().getReduceOnly());
    }
}
