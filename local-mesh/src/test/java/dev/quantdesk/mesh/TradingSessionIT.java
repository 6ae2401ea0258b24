package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import com.google.rpc.Status;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TradeSession;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.auth.v1.RevokeSessionRequest;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.ArmKillSwitchRequest;
import dev.quantdesk.proto.execution.v1.CancelAllOrdersRequest;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlacementOutcome;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A market maker's session, through the gateway: one stream, orders that end with it, and a kill switch. */
@Timeout(180)
class TradingSessionIT {
    private static final String MARKET = "ADA-PERP";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int BATCH = 8;

    private TraderClient maker;
    private TraderClient observer;

    @BeforeEach
    void signIn() throws Exception {
        TestMesh.awaitHealthy();
        maker = TestMesh.fundedTrader();
        // The same account over a connection of its own.
        observer = TestMesh.trader(maker.wallet());
        observer.signIn();
    }

    @AfterEach
    void leave() throws Exception {
        TestMesh.awaitHealthy();
        maker.close();
        TestMesh.leave(observer);
    }

    private PlaceOrderRequest quote(Side side, String price) {
        return maker.limitOrder(MARKET, side, price, "10", TimeInForce.TIME_IN_FORCE_GTC, maker.wallet())
                .build();
    }

    private static Order order(TradeOrdersResponse answer) {
        assertTrue(answer.hasOrder(), answer.toString());
        return answer.getOrder();
    }

    private static String reason(Status refusal) {
        return ApiException.of(refusal).reason();
    }

    private Order read(Order order) {
        return observer.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .build())
                .getOrder();
    }

    private void awaitCancelled(Order order, CancelReason reason, Duration timeout) throws Exception {
        Order cancelled = Await.until(
                "order " + order.getOrderId() + " is cancelled",
                timeout,
                () -> read(order),
                now -> now.getStatus() == OrderStatus.ORDER_STATUS_CANCELLED);
        assertEquals(reason, cancelled.getCancelReason());
    }

    @Test
    void shouldAmendWhatTheMessageBeforePlacedWhenBothAreSentAtOnce() throws Exception {
        try (TradeSession session = TradeSession.open(maker)) {
            PlaceOrderRequest quote = quote(Side.SIDE_BUY, "0.052");
            session.place(quote);
            session.send(TradeOrdersRequest.newBuilder()
                    .setAmend(AmendOrderRequest.newBuilder()
                            .setClientOrderId(quote.getClientOrderId())
                            .setPrice("0.0515")
                            .setQuantity("4")));
            session.send(TradeOrdersRequest.newBuilder()
                    .setAmend(AmendOrderRequest.newBuilder()
                            .setClientOrderId(quote.getClientOrderId())
                            .setQuantity("40")));
            Order placed = order(session.answer(PATIENCE));
            Order amended = order(session.answer(PATIENCE));
            assertEquals(placed.getOrderId(), amended.getOrderId());
            assertEquals(List.of("0.0515", "4"), List.of(amended.getPrice(), amended.getQuantity()));
            assertEquals("INTENT_EXCEEDED", reason(session.answer(PATIENCE).getRefusal()));
            session.cancel(placed.getOrderId());
            assertEquals(
                    OrderStatus.ORDER_STATUS_CANCELLED,
                    order(session.answer(PATIENCE)).getStatus());
        }
    }

    @Test
    void shouldPlaceCancelAndRefuseInOrderWhenMessagesAreSentAtOnce() throws Exception {
        try (TradeSession session = TradeSession.open(maker)) {
            PlaceOrderRequest first = quote(Side.SIDE_BUY, "0.05");
            session.place(first);
            session.place(quote(Side.SIDE_BUY, "0.051"));
            session.place(first.toBuilder()
                    .setPrice("0.0500001")
                    .setClientOrderId("off-tick")
                    .build());
            session.send(dev.quantdesk.proto.execution.v1.TradeOrdersRequest.newBuilder()
                    .setCancel(dev.quantdesk.proto.execution.v1.CancelOrderRequest.newBuilder()
                            .setClientOrderId(first.getClientOrderId())));
            session.place(first);
            session.cancel("999999999");

            TradeOrdersResponse placed = session.answer(PATIENCE);
            assertEquals(1, placed.getCorrelationId());
            assertEquals(OrderStatus.ORDER_STATUS_OPEN, order(placed).getStatus());
            assertEquals(1_000_000, placed.getBudget().getLimit());
            assertTrue(
                    placed.getBudget().getRemainingOrders() > 900_000,
                    placed.getBudget().toString());
            assertTrue(placed.getBudget().hasRefillTime());
            assertEquals(
                    OrderStatus.ORDER_STATUS_OPEN,
                    order(session.answer(PATIENCE)).getStatus());
            assertEquals("PRICE_OFF_TICK", reason(session.answer(PATIENCE).getRefusal()));
            assertEquals(
                    OrderStatus.ORDER_STATUS_CANCELLED,
                    order(session.answer(PATIENCE)).getStatus());
            TradeOrdersResponse repeated = session.answer(PATIENCE);
            assertTrue(repeated.getRepeatedRequest());
            assertEquals(order(placed).getOrderId(), order(repeated).getOrderId());
            assertEquals("ORDER_NOT_FOUND", reason(session.answer(PATIENCE).getRefusal()));
            session.complete();
            assertNull(session.awaitEnd(PATIENCE));
        }
        assertEquals(
                1,
                observer.orders()
                        .cancelAllOrders(CancelAllOrdersRequest.newBuilder()
                                .setMarket(MARKET)
                                .build())
                        .getCancelledOrders());
    }

    @Test
    void shouldCancelItsOwnOrdersWhenTheConnectionIsCut() throws Exception {
        Order other = observer.orders().placeOrder(quote(Side.SIDE_BUY, "0.04")).getOrder();
        TradeSession session = TradeSession.open(maker);
        session.settings(TradeOrdersSettings.newBuilder().setCancelOnDisconnect(true));
        session.place(quote(Side.SIDE_BUY, "0.05"));
        assertTrue(session.answer(PATIENCE).getSettings().getCancelOnDisconnect());
        Order quote = order(session.answer(PATIENCE));
        maker.close();
        awaitCancelled(quote, CancelReason.CANCEL_REASON_DISCONNECTED, PATIENCE);
        assertEquals(OrderStatus.ORDER_STATUS_OPEN, read(other).getStatus());
    }

    @Test
    void shouldEndTheStreamWhenTheClientIsSilentForLongerThanItAllows() throws Exception {
        try (TradeSession session = TradeSession.open(maker)) {
            session.settings(TradeOrdersSettings.newBuilder()
                    .setCancelOnDisconnect(true)
                    .setMaxSilence(Durations.fromSeconds(1)));
            session.place(quote(Side.SIDE_BUY, "0.05"));
            assertTrue(session.answer(PATIENCE).hasSettings());
            Order quote = order(session.answer(PATIENCE));
            Refusal refusal = Refusal.of(assertInstanceOf(StatusRuntimeException.class, session.awaitEnd(PATIENCE)));
            assertEquals("HEARTBEAT_MISSED", refusal.reason());
            awaitCancelled(quote, CancelReason.CANCEL_REASON_DISCONNECTED, PATIENCE);
        }
    }

    @Test
    void shouldEndTheStreamWhenTheTraderSignsOut() throws Exception {
        try (TradeSession session = TradeSession.open(maker)) {
            session.heartbeat();
            assertTrue(session.answer(PATIENCE).hasHeartbeat());
            maker.sessions().revokeSession(RevokeSessionRequest.getDefaultInstance());
            Refusal refusal = Refusal.of(
                    assertInstanceOf(StatusRuntimeException.class, session.awaitEnd(Duration.ofSeconds(20))));
            assertEquals("SESSION_INVALID", refusal.reason());
        }
    }

    @Test
    void shouldKeepTradingWhenTheStreamIsOlderThanAnIdentityToken() throws Exception {
        try (TradeSession session = TradeSession.open(maker)) {
            session.heartbeat();
            session.answer(PATIENCE);
            TimeUnit.SECONDS.sleep(62);
            session.place(quote(Side.SIDE_BUY, "0.05"));
            assertEquals(
                    OrderStatus.ORDER_STATUS_OPEN,
                    order(session.answer(PATIENCE)).getStatus());
        }
    }

    @Test
    void shouldSettleOnChainWhatWasSignedAsABatch() throws Exception {
        TraderClient taker = TestMesh.fundedTrader();
        try {
            List<PlaceOrderRequest> quotes = new ArrayList<>();
            List<PlaceOrderRequest> hits = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                quotes.add(quote(Side.SIDE_BUY, "0.06"));
                hits.add(taker.limitOrder(
                                MARKET, Side.SIDE_SELL, "0.06", "10", TimeInForce.TIME_IN_FORCE_IOC, taker.wallet())
                        .build());
            }
            List<PlacementOutcome> made = observer.orders()
                    .placeOrders(TraderClient.batch(quotes, maker.wallet()))
                    .getOutcomesList();
            List<PlacementOutcome> taken = taker.orders()
                    .placeOrders(TraderClient.batch(hits, taker.wallet()))
                    .getOutcomesList();
            assertEquals(BATCH, made.size());
            for (int i = 0; i < BATCH; i++) {
                assertTrue(made.get(i).hasOrder(), made.get(i).toString());
                assertEquals(
                        "10",
                        taken.get(i).getOrder().getFilledQuantity(),
                        taken.get(i).toString());
                Order order = made.get(i).getOrder();
                Order settled = Await.until(
                        "order " + order.getOrderId() + " is settled",
                        RECOVERY,
                        () -> read(order),
                        now -> now.getStatus() == OrderStatus.ORDER_STATUS_SETTLED);
                assertTrue(settled.getFills(0).getSlot() > 0);
            }
        } finally {
            TestMesh.leave(taker);
        }
    }

    @Test
    void shouldKeepReduceOnlyOrdersWhenTheKillSwitchFires() throws Exception {
        TraderClient taker = TestMesh.fundedTrader();
        try {
            observer.orders().placeOrder(quote(Side.SIDE_BUY, "0.06"));
            taker.orders()
                    .placeOrder(taker.limitOrder(
                                    MARKET, Side.SIDE_SELL, "0.06", "10", TimeInForce.TIME_IN_FORCE_IOC, taker.wallet())
                            .build());
            Order stop = observer.orders()
                    .placeOrder(quote(Side.SIDE_SELL, "0.2").toBuilder()
                            .setReduceOnly(true)
                            .build())
                    .getOrder();
            Order quote =
                    observer.orders().placeOrder(quote(Side.SIDE_BUY, "0.05")).getOrder();
            var armed = observer.orders()
                    .armKillSwitch(ArmKillSwitchRequest.newBuilder()
                            .setTimeout(Durations.fromSeconds(5))
                            .build());
            assertTrue(armed.hasFireTime());
            awaitCancelled(quote, CancelReason.CANCEL_REASON_KILL_SWITCH, Duration.ofSeconds(15));
            assertEquals(OrderStatus.ORDER_STATUS_OPEN, read(stop).getStatus());
        } finally {
            TestMesh.leave(taker);
        }
    }

    @Test
    void shouldEndSessionsAndFireSwitchesWhenTheServiceWasKilled() throws Exception {
        Order plain = observer.orders().placeOrder(quote(Side.SIDE_BUY, "0.04")).getOrder();
        TradeSession session = TradeSession.open(maker);
        session.settings(TradeOrdersSettings.newBuilder().setCancelOnDisconnect(true));
        session.place(quote(Side.SIDE_BUY, "0.05"));
        session.answer(PATIENCE);
        Order quote = order(session.answer(PATIENCE));
        observer.orders()
                .armKillSwitch(ArmKillSwitchRequest.newBuilder()
                        .setTimeout(Durations.fromSeconds(20))
                        .build());
        ProcessHandle.of(TestMesh.get().part("execution-svc").pid())
                .orElseThrow()
                .destroyForcibly();
        TestMesh.awaitHealthy();
        Await.until("orders can be read again", RECOVERY, () -> isReadable(quote), readable -> readable);
        awaitCancelled(quote, CancelReason.CANCEL_REASON_DISCONNECTED, Duration.ofSeconds(30));
        awaitCancelled(plain, CancelReason.CANCEL_REASON_KILL_SWITCH, Duration.ofSeconds(60));
    }

    private boolean isReadable(Order order) {
        try {
            read(order);
            return true;
        } catch (StatusRuntimeException away) {
            return false;
        }
    }
}
