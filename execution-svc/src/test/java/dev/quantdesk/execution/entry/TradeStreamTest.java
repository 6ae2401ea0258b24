package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import dev.quantdesk.proto.risk.v1.ReserveOrdersRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One trading stream over a real connection: what each message is answered, and how the stream ends. */
@Timeout(90)
class TradeStreamTest {
    private TradingFixture mesh;

    @BeforeEach
    void start() throws Exception {
        mesh = new TradingFixture();
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private static OrderForm buy(String price) {
        return OrderForm.buy(OrderForm.ALICE, "0.01").at(price);
    }

    private static TradeOrdersSettings.Builder cancelOnDisconnect() {
        return TradeOrdersSettings.newBuilder().setCancelOnDisconnect(true);
    }

    private void awaitDisconnected(Order order) throws InterruptedException {
        TradingFixture.await(
                "order " + order.getOrderId() + " ends with its stream",
                () -> mesh.shown(order).getCancelReason() == CancelReason.CANCEL_REASON_DISCONNECTED);
    }

    private void assertOpen(Order order) {
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, mesh.shown(order).getStatus());
    }

    @Test
    void shouldAnswerEachMessageInTheOrderSentWithTheBudgetThatIsLeft() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect().setMaxSilence(Durations.fromSeconds(60)));
        client.heartbeat();
        OrderForm first = buy("100");
        client.place(first);
        client.place(buy("101"));
        client.place(first);
        TradeOrdersResponse settings = client.answer();
        assertTrue(settings.getSettings().getCancelOnDisconnect());
        assertEquals(60, settings.getSettings().getMaxSilence().getSeconds());
        assertTrue(settings.hasServerTime());
        assertEquals(TradingFixture.LIMIT, settings.getBudget().getLimit());
        TradeOrdersResponse heartbeat = client.answer();
        assertTrue(heartbeat.hasHeartbeat());
        assertEquals(TradingFixture.LIMIT, heartbeat.getBudget().getLimit());
        TradeOrdersResponse placed = client.answer();
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, placed.getOrder().getStatus());
        assertEquals(TradingFixture.LIMIT, placed.getBudget().getLimit());
        assertEquals(Durations.fromDays(10), placed.getBudget().getWindow());
        assertTrue(placed.getBudget().hasRefillTime());
        assertEquals("101", client.order().getPrice());
        TradeOrdersResponse repeated = client.answer();
        assertTrue(repeated.getRepeatedRequest());
        assertEquals(placed.getOrder().getOrderId(), repeated.getOrder().getOrderId());
        client.cancel(placed.getOrder().getOrderId());
        TradeOrdersResponse cancelled = client.answer();
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, cancelled.getOrder().getStatus());
        assertEquals(
                TradingFixture.LIMIT - 3, cancelled.getBudget().getRemainingOrders(), "cancels count against nothing");
        client.complete();
        assertEquals("OK", client.awaitEnd());
    }

    @Test
    void shouldTakeSettingsAsTheFirstMessageOnly() throws Exception {
        TradingClient client = mesh.open();
        client.heartbeat();
        client.settings(cancelOnDisconnect());
        client.place(buy("100"));
        assertTrue(client.answer().hasHeartbeat());
        assertEquals("REQUEST_INVALID", client.refusal());
        Order order = client.order();
        client.complete();
        assertEquals("OK", client.awaitEnd());
        assertOpen(order);
        assertEquals(List.of(), mesh.commands(Command.RenewSession.class));
    }

    @Test
    void shouldAnswerWhatBreaksARuleAndGoOn() throws Exception {
        TradingClient client = mesh.open();
        client.send(TradeOrdersRequest.newBuilder());
        client.send(TradeOrdersRequest.newBuilder().setCancel(CancelOrderRequest.getDefaultInstance()));
        client.send(TradeOrdersRequest.newBuilder().setTraceparent("nonsense"));
        client.place(buy("100").clientId("a b"));
        client.place(buy("100.00001").intentTicks(1_000));
        client.place(buy("100").build().toBuilder().setMarket("NO-PERP").build());
        client.cancel("999");
        client.amend(AmendOrderRequest.newBuilder().setOrderId("999").setQuantity("1"));
        client.place(buy("100"));
        for (int i = 0; i < 4; i++) {
            assertEquals("REQUEST_INVALID", client.refusal());
        }
        assertEquals("PRICE_OFF_TICK", client.refusal());
        assertEquals("UNKNOWN_MARKET", client.refusal());
        assertEquals("ORDER_NOT_FOUND", client.refusal());
        assertEquals("ORDER_NOT_FOUND", client.refusal());
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, client.order().getStatus());
    }

    @Test
    void shouldRefuseASilenceOutOfRangeAndKeepNoSettings() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect().setMaxSilence(Durations.fromSeconds(61)));
        client.place(buy("100"));
        assertEquals("REQUEST_INVALID", client.refusal());
        client.order();
        assertEquals(List.of(), mesh.commands(Command.PlaceInSession.class));
    }

    @Test
    void shouldCancelItsOwnOrdersWhenTheClientIsGone() throws Exception {
        Order other = mesh.mesh.place(buy("90")).order();
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect());
        client.place(buy("100"));
        client.place(buy("101"));
        client.answer();
        Order first = client.order();
        Order second = client.order();
        client.leave();
        awaitDisconnected(first);
        awaitDisconnected(second);
        assertOpen(other);
    }

    @Test
    void shouldCancelItsOwnOrdersWhenTheClientEndsItsSide() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect());
        client.place(buy("100"));
        client.answer();
        Order order = client.order();
        client.complete();
        assertEquals("OK", client.awaitEnd());
        awaitDisconnected(order);
    }

    @Test
    void shouldLeaveItsOrdersWhenItWasNotToCancelThem() throws Exception {
        TradingClient client = mesh.open();
        client.place(buy("100"));
        Order order = client.order();
        client.complete();
        assertEquals("OK", client.awaitEnd());
        assertOpen(order);
    }

    @Test
    void shouldEndAndCancelWhenTheClientIsSilentForLongerThanItAllows() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect().setMaxSilence(Durations.fromSeconds(1)));
        client.place(buy("100"));
        client.answer();
        Order order = client.order();
        assertEquals("HEARTBEAT_MISSED", client.awaitEnd());
        awaitDisconnected(order);
    }

    @Test
    void shouldKeepTheEnginesSessionAlive() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect());
        client.answer();
        TradingFixture.await(
                "the session is renewed",
                () -> mesh.commands(Command.RenewSession.class).size() >= 2);
        List<Command.RenewSession> renewals = mesh.commands(Command.RenewSession.class);
        assertEquals(TradeStream.SESSION_TIMEOUT.toMillis(), renewals.getLast().timeoutMillis());
        assertEquals(renewals.getFirst(), renewals.getLast());
    }

    @Test
    void shouldRefuseOrdersWhenTheLimitIsUsedUpAndTakeCancels() throws Exception {
        mesh.left = 2;
        TradingClient client = mesh.open();
        client.place(buy("100"));
        client.place(buy("101"));
        client.place(buy("102"));
        Order order = client.order();
        assertEquals(0, client.answer().getBudget().getRemainingOrders());
        TradeOrdersResponse refused = client.answer();
        assertEquals("RATE_LIMITED", ApiException.of(refused.getRefusal()).reason());
        assertEquals(0, refused.getBudget().getRemainingOrders());
        client.cancel(order.getOrderId());
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, client.order().getStatus());
    }

    @Test
    void shouldReserveAtOnceForAllOrdersThatCameMeanwhile() throws Exception {
        mesh.riskAnswers.drainPermits();
        TradingClient client = mesh.open();
        client.place(buy("100"));
        TradingFixture.await("risk-svc is asked", () -> mesh.reservations.size() == 1);
        for (int i = 1; i <= 5; i++) {
            client.place(buy("10" + i));
        }
        client.send(TradeOrdersRequest.newBuilder().setCancel(CancelOrderRequest.getDefaultInstance()));
        TradingFixture.await("all are read", () -> mesh.left == TradingFixture.LIMIT - 6);
        mesh.riskAnswers.release(1_000_000);
        for (int i = 0; i <= 5; i++) {
            assertEquals("10" + i, client.order().getPrice());
        }
        assertEquals("REQUEST_INVALID", client.refusal());
        assertTrue(mesh.reservations.size() <= 3, () -> mesh.reservations.size() + " calls for 6 orders");
        assertEquals(
                6,
                mesh.reservations.stream()
                        .mapToInt(ReserveOrdersRequest::getOrdersCount)
                        .sum());
    }

    @Test
    void shouldRefuseWhatRiskRefusesAndGoOn() throws Exception {
        TradingClient client = mesh.open();
        mesh.mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        client.place(buy("100"));
        assertEquals("INSUFFICIENT_MARGIN", client.refusal());
        mesh.mesh.riskRefuses = null;
        client.place(buy("100"));
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, client.order().getStatus());
    }

    @Test
    void shouldAmendWhatTheMessageBeforePlaced() throws Exception {
        TradingClient client = mesh.open();
        client.place(buy("100").clientId("quote"));
        client.amend(AmendOrderRequest.newBuilder().setClientOrderId("quote").setQuantity("0.004"));
        Order placed = client.order();
        Order amended = client.order();
        assertEquals(placed.getOrderId(), amended.getOrderId());
        assertEquals("0.004", amended.getQuantity());
    }

    @Test
    void shouldRefuseMoreStreamsThanAnAccountMayHaveUntilOneIsLeft() throws Exception {
        List<TradingClient> clients = new ArrayList<>();
        for (int i = 0; i < TradeStreams.PER_ACCOUNT_MAX; i++) {
            TradingClient client = mesh.open();
            client.heartbeat();
            client.answer();
            clients.add(client);
        }
        TradingClient tooMany = mesh.open();
        tooMany.heartbeat();
        assertEquals("TOO_MANY_STREAMS", tooMany.awaitEnd());
        TradingClient other = mesh.open(OrderForm.BOB);
        other.heartbeat();
        assertTrue(other.answer().hasHeartbeat());
        clients.getFirst().complete();
        assertEquals("OK", clients.getFirst().awaitEnd());
        TradingFixture.await("a stream is free again", () -> {
            try {
                TradingClient client = mesh.open();
                client.complete();
                return client.awaitEnd().equals("OK");
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        });
    }

    @Test
    void shouldAnswerWhatIsUnderWayAndCancelWhenTheServiceStops() throws Exception {
        TradingClient client = mesh.open();
        client.settings(cancelOnDisconnect());
        client.place(buy("99"));
        client.answer();
        Order resting = client.order();
        mesh.riskAnswers.drainPermits();
        client.place(buy("100"));
        TradingFixture.await("an order is under way", () -> mesh.reservations.size() == 2);
        Thread drain = mesh.drain();
        mesh.riskAnswers.release(1_000_000);
        Order last = client.order();
        assertEquals("SERVICE_STOPPING", client.awaitEnd());
        awaitDisconnected(resting);
        awaitDisconnected(last);
        assertTrue(drain.join(Duration.ofSeconds(20)));
        TradingClient late = mesh.open();
        late.heartbeat();
        assertEquals("SERVICE_STOPPING", late.awaitEnd());
    }
}
