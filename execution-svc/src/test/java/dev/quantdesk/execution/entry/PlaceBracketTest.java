package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.BracketRole;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderResponse;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import dev.quantdesk.proto.execution.v1.TimeExit;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Brackets from the request to what is shown of them. BTC-PERP has ticks of 0.1 and lots of 0.0001. */
@Timeout(60)
class PlaceBracketTest {
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();

    private final EntryFixture mesh = new EntryFixture();
    private int left = 100;
    private final BracketEntry brackets = brackets(mesh);

    private BracketEntry brackets(EntryFixture fixture) {
        return new BracketEntry(
                fixture.entry,
                fixture.gate,
                new TradingBudget((_, _, _) -> grant(), Duration.ofSeconds(2), Clock.systemUTC(), System::nanoTime),
                Clock.systemUTC());
    }

    private TakeOrdersResponse grant() {
        if (left-- == 0) {
            throw ApiException.refuse(Reason.RATE_LIMITED, "no more").build();
        }
        return TakeOrdersResponse.newBuilder()
                .setTakenOrders(1)
                .setRemainingOrders(left)
                .setLimit(100)
                .setWindow(Durations.fromSeconds(60))
                .build();
    }

    /** The legs of one request, signed at once. */
    private static final class Form {
        private final PlaceBracketOrderRequest.Builder request = PlaceBracketOrderRequest.newBuilder();
        private ByteString intents = ByteString.EMPTY;

        private PlaceOrderRequest signed(OrderForm form) {
            PlaceOrderRequest order = form.build();
            intents = intents.concat(order.getIntent().getIntent());
            return order.toBuilder().clearIntent().build();
        }

        Form entry(OrderForm form) {
            request.setEntry(signed(form));
            return this;
        }

        Form target(OrderForm form) {
            request.addTakeProfits(signed(form));
            return this;
        }

        Form stop(OrderForm form) {
            request.setStopLoss(signed(form));
            return this;
        }

        Form exit(OrderForm form, Consumer<TimeExit.Builder> when) {
            PlaceOrderRequest order = signed(form);
            TimeExit.Builder exit = TimeExit.newBuilder().setClientOrderId(order.getClientOrderId());
            when.accept(exit);
            request.setTimeExit(exit);
            return this;
        }

        Form inMarket(String market) {
            request.getEntryBuilder().setMarket(market);
            return this;
        }

        Form alternative(OrderForm form) {
            request.addAlternatives(signed(form));
            return this;
        }

        PlaceBracketOrderRequest build() {
            return request.clone()
                    .setBatch(SignedBatch.newBuilder()
                            .setIntents(intents)
                            .setSignature(ByteString.copyFrom(OrderForm.ALICE.sign(intents.toByteArray())))
                            .setSigner(OrderForm.ALICE.publicKey().toString()))
                    .build();
        }
    }

    private static OrderForm buy(String price, String quantity) {
        return OrderForm.buy(OrderForm.ALICE, quantity).at(price);
    }

    private static OrderForm sell(String price, String quantity) {
        return OrderForm.sell(OrderForm.ALICE, quantity).at(price);
    }

    private static OrderForm stop(String trigger, String quantity) {
        return OrderForm.sell(OrderForm.ALICE, quantity).stopMarket(trigger, 800);
    }

    private static Form usual() {
        return new Form()
                .entry(buy("100", "0.01"))
                .target(sell("110", "0.006"))
                .target(sell("120", "0.004"))
                .stop(stop("90", "0.01"));
    }

    private PlaceBracketOrderResponse place(Form form) throws Exception {
        return brackets.place(form.build(), EntryFixture.call(OrderForm.ALICE));
    }

    private Refusal refused(Reason reason, Form form) {
        Refusal refusal = Refusal.expect(reason, () -> place(form));
        assertTrue(mesh.script.events().stream()
                .noneMatch(event -> event.toString().startsWith("OrderAccepted")));
        return refusal;
    }

    private Order shown(Order order) throws Exception {
        Order inMemory = mesh.shown(OrderForm.ALICE, order.getOrderId());
        mesh.project();
        assertEquals(inMemory, mesh.stored(OrderForm.ALICE, order.getOrderId()));
        return inMemory;
    }

    @Test
    void shouldShowEachLegWithItsPlaceAndItsSiblings() throws Exception {
        PlaceBracketOrderRequest request = usual().build();
        PlaceBracketOrderResponse response = brackets.place(request, EntryFixture.call(OrderForm.ALICE));
        assertFalse(response.getRepeatedRequest());
        assertEquals(4, response.getOrdersCount());
        assertEquals(response.getOrders(0).getOrderId(), response.getBracketId());
        List<BracketRole> roles = new ArrayList<>();
        List<String> ids =
                response.getOrdersList().stream().map(Order::getOrderId).toList();
        for (Order order : response.getOrdersList()) {
            Order stored = shown(order);
            roles.add(stored.getBracket().getRole());
            assertEquals(ids, stored.getBracket().getOrderIdsList());
            assertEquals(response.getBracketId(), stored.getBracket().getBracketId());
            assertEquals("", stored.getBracket().getActiveQuantity());
        }
        assertEquals(
                List.of(
                        BracketRole.BRACKET_ROLE_ENTRY,
                        BracketRole.BRACKET_ROLE_TAKE_PROFIT,
                        BracketRole.BRACKET_ROLE_TAKE_PROFIT,
                        BracketRole.BRACKET_ROLE_STOP_LOSS),
                roles);
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, response.getOrders(0).getStatus());
        assertEquals(OrderStatus.ORDER_STATUS_PENDING, response.getOrders(3).getStatus());
        assertTrue(response.getOrders(1).getReduceOnly());
        var command = assertInstanceOf(Command.PlaceBracket.class, mesh.commands.getLast());
        assertArrayEquals(
                request.getBatch().getIntents().toByteArray(),
                command.legs().get(2).order().intent().signedBytes());
        assertEquals(96, response.getBudget().getRemainingOrders());
    }

    @Test
    void shouldShowHowExitsFollowFillsUntilTheirEnd() throws Exception {
        PlaceBracketOrderResponse bracket = place(usual());
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.005").at("100"));
        Order target = shown(bracket.getOrders(1));
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, target.getStatus());
        assertEquals("0.003", target.getBracket().getActiveQuantity());
        assertEquals("0.006", target.getQuantity());
        assertEquals(
                OrderStatus.ORDER_STATUS_UNTRIGGERED,
                shown(bracket.getOrders(3)).getStatus());
        mesh.placeAs(OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.003").at("110"));
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, shown(target).getStatus());
        assertEquals("0.002", shown(bracket.getOrders(3)).getBracket().getActiveQuantity());
        Order entry = shown(bracket.getOrders(0));
        assertEquals(CancelReason.CANCEL_REASON_EXIT_STARTED, entry.getCancelReason());
        mesh.placeAs(OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.002").at("120"));
        Order stop = shown(bracket.getOrders(3));
        assertEquals(CancelReason.CANCEL_REASON_SIBLING_FILLED, stop.getCancelReason());
        assertTrue(stop.hasTriggerDecision());
        assertFalse(stop.getTriggerDecision().getFired());
        assertEquals("90", stop.getTriggerDecision().getTriggerPrice());
    }

    @Test
    void shouldReserveMarginForTheEntryAndAskFirstForWhatOnlyReduces() throws Exception {
        place(usual());
        List<Boolean> reduceOnly = mesh.reservations.stream()
                .map(ReserveOrderRequest::getReduceOnly)
                .toList();
        assertEquals(List.of(true, true, true, false), reduceOnly);
        mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        int commands = mesh.commands.size();
        Refusal refusal = Refusal.expect(Reason.INSUFFICIENT_MARGIN, () -> place(usual()));
        assertEquals("take_profits[0]", refusal.figure("leg"));
        assertEquals(commands, mesh.commands.size());
        mesh.riskRefuses = Reason.UPSTREAM_UNAVAILABLE;
        // Exits pass while risk-svc is away, their entry does not.
        assertEquals(
                "entry",
                Refusal.expect(Reason.RISK_UNAVAILABLE, () -> place(usual())).figure("leg"));
    }

    @Test
    void shouldReserveForEveryAlternativeThatAddsRisk() throws Exception {
        PlaceBracketOrderResponse response =
                place(new Form().alternative(buy("90", "0.01")).alternative(sell("110", "0.01")));
        assertEquals(2, mesh.reservations.size());
        assertEquals(
                BracketRole.BRACKET_ROLE_ALTERNATIVE,
                response.getOrders(0).getBracket().getRole());
        assertEquals("0.01", response.getOrders(1).getBracket().getActiveQuantity());
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("90"));
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED, shown(response.getOrders(1)).getStatus());
    }

    @Test
    void shouldNameTheLegAtFaultWhateverIsWrongWithIt() {
        Refusal offTick = refused(
                Reason.PRICE_OFF_TICK,
                new Form()
                        .entry(buy("100", "0.01"))
                        .target(sell("110.05", "0.01").intentTicks(1_000)));
        assertEquals("take_profits[0]", offTick.figure("leg"));
        assertEquals(
                "stop_loss",
                refused(
                                Reason.INTENT_EXCEEDED,
                                new Form()
                                        .entry(buy("100", "0.01"))
                                        .stop(stop("90", "0.01").intentLots(99)))
                        .figure("leg"));
        assertEquals(
                "entry",
                refused(
                                Reason.UNKNOWN_MARKET,
                                new Form()
                                        .entry(buy("100", "0.01"))
                                        .target(sell("110", "0.01"))
                                        .inMarket("NO-PERP"))
                        .figure("leg"));
    }

    @Test
    void shouldHoldExitsAgainstTheEntrysLimit() {
        Refusal target = refused(
                Reason.BRACKET_INVALID, new Form().entry(buy("100", "0.01")).target(sell("100", "0.01")));
        assertEquals("take_profits[0]", target.figure("leg"));
        assertEquals("100", target.figure("bound"));
        assertEquals("100.1", target.figure("suggested_price"));
        Refusal stop = refused(
                Reason.BRACKET_INVALID, new Form().entry(buy("100", "0.01")).stop(stop("100", "0.01")));
        assertEquals("99.9", stop.figure("suggested_price"));
    }

    @Test
    void shouldRefuseWhatMakesNoBracket() {
        refused(Reason.BRACKET_INVALID, new Form().entry(buy("100", "0.01")));
        refused(Reason.BRACKET_INVALID, new Form().target(sell("110", "0.01")).target(sell("111", "0.01")));
        refused(Reason.BRACKET_INVALID, new Form().entry(buy("100", "0.01")).alternative(buy("99", "0.01")));
        assertEquals(
                "stop_loss",
                refused(
                                Reason.BRACKET_INVALID,
                                new Form().entry(buy("100", "0.01")).stop(stop("90", "0.005")))
                        .figure("leg"));
        assertEquals(
                "take_profits[0]",
                refused(
                                Reason.BRACKET_INVALID,
                                new Form().entry(buy("100", "0.01")).target(buy("110", "0.01")))
                        .figure("leg"));
        Form unsigned = usual();
        unsigned.intents = unsigned.intents.substring(38);
        assertEquals("152", refused(Reason.BRACKET_INVALID, unsigned).figure("bound"));
        Form withIntent = usual();
        withIntent.request.setEntry(buy("100", "0.01").build());
        assertEquals("entry", refused(Reason.BRACKET_INVALID, withIntent).figure("leg"));
    }

    @Test
    void shouldBeRefusedWholeByTheEngineAndFreeItsMargin() throws Exception {
        mesh.place(buy("50", "0.01").clientId("mine"));
        Refusal refusal = Refusal.expect(
                Reason.CLIENT_ORDER_ID_REUSED,
                () -> place(new Form()
                        .entry(buy("100", "0.01"))
                        .target(sell("110", "0.01").clientId("mine"))));
        assertEquals("take_profits[0]", refusal.figure("leg"));
        Refusal late = Refusal.expect(
                Reason.EXPIRE_TIME_INVALID,
                () -> place(new Form()
                        .entry(buy("100", "0.01"))
                        .exit(
                                sell("90", "0.01"),
                                exit -> exit.setExitTime(Timestamps.fromSeconds(OrderForm.NOW_SECONDS + 3_600)))));
        assertEquals("time_exit", late.figure("leg"));
        assertEquals(1, mesh.script.lastOrderId());
    }

    @Test
    void shouldShowWhenTheTimeExitGoesToWork() throws Exception {
        PlaceBracketOrderResponse bracket = place(new Form()
                .entry(buy("100", "0.01"))
                .exit(sell("90", "0.01"), exit -> exit.setExitAfter(Durations.fromSeconds(5))));
        assertFalse(shown(bracket.getOrders(1)).getBracket().hasExitTime());
        assertEquals(5, shown(bracket.getOrders(1)).getBracket().getExitAfter().getSeconds());
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.004").at("100"));
        Order exit = shown(bracket.getOrders(1));
        assertEquals(OrderForm.NOW_SECONDS + 5, exit.getBracket().getExitTime().getSeconds());
        assertEquals(OrderStatus.ORDER_STATUS_PENDING, exit.getStatus());
        mesh.placeAs(OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.01").at("95"));
        mesh.script.advance(5_000);
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, shown(exit).getStatus());
        assertEquals("0.004", shown(exit).getFilledQuantity());
    }

    @Test
    void shouldReturnWhatWasPlacedFirstAlsoAfterTheEngineHasForgottenIt() throws Exception {
        EntryFixture forgetful = new EntryFixture(EntryFixture.forgetful());
        BracketEntry entry = brackets(forgetful);
        PlaceBracketOrderRequest request = usual().build();
        var call = EntryFixture.call(OrderForm.ALICE);
        PlaceBracketOrderResponse first = entry.place(request, call);
        PlaceBracketOrderResponse second = entry.place(request, call);
        assertTrue(second.getRepeatedRequest());
        assertEquals(first.getOrdersList(), second.getOrdersList());
        assertEquals(4, forgetful.reservations.size(), "a repeat needs no margin");
        for (Order order : first.getOrdersList()) {
            forgetful.cancel(OrderForm.ALICE, order.getOrderId());
        }
        forgetful.project();
        PlaceBracketOrderResponse third = entry.place(request, call);
        assertTrue(third.getRepeatedRequest());
        assertEquals(first.getBracketId(), third.getBracketId());
        assertEquals(4, third.getOrdersCount());
    }

    @Test
    void shouldAmendALegsPriceButNotItsQuantity() throws Exception {
        PlaceBracketOrderResponse bracket = place(usual());
        var call = EntryFixture.call(OrderForm.ALICE);
        Order moved = mesh.entry.amend(
                AmendOrderRequest.newBuilder()
                        .setOrderId(bracket.getOrders(1).getOrderId())
                        .setPrice("115")
                        .build(),
                call);
        assertEquals("115", moved.getPrice());
        assertEquals(OrderStatus.ORDER_STATUS_PENDING, moved.getStatus());
        Order trigger = mesh.entry.amend(
                AmendOrderRequest.newBuilder()
                        .setOrderId(bracket.getOrders(3).getOrderId())
                        .setTriggerPrice("91")
                        .build(),
                call);
        assertEquals("91", shown(trigger).getTriggerPrice());
        Refusal.expect(
                Reason.ORDER_NOT_AMENDABLE,
                () -> mesh.entry.amend(
                        AmendOrderRequest.newBuilder()
                                .setOrderId(bracket.getOrders(2).getOrderId())
                                .setQuantity("0.001")
                                .build(),
                        call));
    }

    @Test
    void shouldCountEveryLegAgainstTheTradingLimit() {
        left = 3;
        Refusal.expect(Reason.RATE_LIMITED, () -> place(usual()));
        assertTrue(mesh.commands.isEmpty());
    }

    @Test
    void shouldFollowMarketPricesFromTheStart() throws Exception {
        mesh.script.send(new Command.SetPrices(BTC.id(), BTC.ticks("100"), 0, mesh.script.nowMillis()));
        PlaceBracketOrderResponse bracket = place(usual());
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        mesh.placeAs(OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.01").at("85"));
        assertInstanceOf(
                Reply.Recorded.class,
                mesh.script.send(new Command.SetPrices(BTC.id(), BTC.ticks("89"), 0, mesh.script.nowMillis())));
        Order stop = shown(bracket.getOrders(3));
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, stop.getStatus());
        assertTrue(stop.getTriggerDecision().getFired());
        assertEquals(
                CancelReason.CANCEL_REASON_SIBLING_FILLED,
                shown(bracket.getOrders(1)).getCancelReason());
    }
}
