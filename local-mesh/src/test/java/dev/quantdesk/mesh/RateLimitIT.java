package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TradeSession;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.auth.v1.SubAccount;
import dev.quantdesk.proto.execution.v1.AlgoOrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.TwapTerms;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mesh with the limits as they are delivered: a free account's eleventh order of a minute is refused, its cancel is not. */
@Timeout(180)
class RateLimitIT {
    private static final String MARKET = "ADA-PERP";
    private static final int ORDERS_UNARY = 4;
    /** Ten a minute. */
    private static final Duration ORDER_COMES_BACK = Duration.ofSeconds(6);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static Mesh mesh;

    @BeforeAll
    static void startMesh() throws Exception {
        MeshOptions wide = TestMesh.options("limits", 6_100, false);
        MeshOptions delivered = new MeshOptions(wide.root(), wide.dataDir(), wide.ports(), "", Map.of(), false);
        mesh = Mesh.start(delivered, line -> System.out.println("[limits] " + line));
    }

    @AfterAll
    static void stopMesh() {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    void shouldRefuseTheEleventhOrderAndNoCancelWhenTheAccountIsFree() throws Exception {
        try (TraderClient trader = new TraderClient(
                "localhost",
                mesh.options().ports().gateway(),
                KeyPair.generate(new SecureRandom()),
                Telemetry.none())) {
            Persistent.untilAnswered(() -> {
                trader.signIn();
                trader.requestTestFunds();
                return trader.market(MARKET);
            });
            PlaceOrderRequest placed = order(trader);
            long since = System.nanoTime();
            String orderId = trader.orders().placeOrder(placed).getOrder().getOrderId();
            for (int i = 1; i < ORDERS_UNARY; i++) {
                trader.orders().placeOrder(order(trader));
            }
            shouldCountStreamedOrdersWithTheOthers(trader, orderId, since);
            StatusRuntimeException refused = refusedForRate(trader);
            Refusal refusal = Refusal.of(refused);
            assertEquals(Code.RESOURCE_EXHAUSTED, refusal.code(), refusal.toString());
            assertEquals("RATE_LIMITED", refusal.reason(), refusal.toString());
            Optional<com.google.rpc.Status> status = Refusal.status(refused);
            Set<String> details = status.orElseThrow().getDetailsList().stream()
                    .map(Any::getTypeUrl)
                    .map(url -> url.substring(url.lastIndexOf('/') + 1))
                    .collect(Collectors.toSet());
            assertTrue(
                    details.containsAll(Set.of(
                            QuotaFailure.getDescriptor().getFullName(),
                            RetryInfo.getDescriptor().getFullName())),
                    details.toString());
            trader.orders()
                    .cancelOrder(
                            CancelOrderRequest.newBuilder().setOrderId(orderId).build());
            shouldCountAlgoOrdersWithTheOthers(trader, placed);
            shouldCountASubAccountsOrdersWithTheOthers(trader);
        }
    }

    /** An order of the ten may have come back meanwhile, but not half of those that a limit of its own would have. */
    private static void shouldCountASubAccountsOrdersWithTheOthers(TraderClient trader) {
        SubAccount account = trader.createSubAccount("hedge");
        trader.useSubAccount(Integer.toString(account.getNumber()));
        Set<String> reasons = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            StatusRuntimeException refused = org.junit.jupiter.api.Assertions.assertThrows(
                    StatusRuntimeException.class, () -> trader.orders().placeOrder(order(trader)));
            reasons.add(Refusal.of(refused).reason());
        }
        assertTrue(reasons.contains("RATE_LIMITED"), reasons.toString());
    }

    /** The limit is used up: it is one for orders and algo orders, and the cancel of an algo order is not counted. */
    private static void shouldCountAlgoOrdersWithTheOthers(TraderClient trader, PlaceOrderRequest order) {
        var algos = AlgoOrderServiceGrpc.newBlockingStub(trader.channel())
                .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        PlaceAlgoOrderRequest twap = PlaceAlgoOrderRequest.newBuilder()
                .setClientOrderId("twap")
                .setMarket(order.getMarket())
                .setSide(order.getSide())
                .setPrice(order.getPrice())
                .setQuantity(order.getQuantity())
                .setTwap(TwapTerms.newBuilder()
                        .setDuration(Durations.fromSeconds(10))
                        .setInterval(Durations.fromSeconds(2)))
                .setIntent(order.getIntent())
                .build();
        Set<String> reasons = new TreeSet<>();
        // One of the ten may have come back meanwhile; the intent was used up by an order that is in the book.
        for (int i = 0; i < 3; i++) {
            StatusRuntimeException refused = org.junit.jupiter.api.Assertions.assertThrows(
                    StatusRuntimeException.class, () -> algos.placeAlgoOrder(twap));
            reasons.add(Refusal.of(refused).reason());
        }
        assertTrue(reasons.contains("RATE_LIMITED"), reasons.toString());
        CancelAlgoOrderRequest cancel =
                CancelAlgoOrderRequest.newBuilder().setClientOrderId("twap").build();
        Refused.with(Code.NOT_FOUND, "ALGO_ORDER_NOT_FOUND", () -> algos.cancelAlgoOrder(cancel));
    }

    /** Orders over a stream come out of the same ten; each answer says what is left, and a cancel is never refused. */
    private static void shouldCountStreamedOrdersWithTheOthers(TraderClient trader, String orderId, long since)
            throws Exception {
        try (TradeSession session = TradeSession.open(trader)) {
            int orders = ORDERS_UNARY;
            TradeOrdersResponse answer;
            do {
                session.place(order(trader));
                answer = session.answer(PATIENCE);
                if (answer.hasOrder()) {
                    orders++;
                    assertEquals(10, answer.getBudget().getLimit());
                    int left = answer.getBudget().getRemainingOrders();
                    // On a slow machine some have come back.
                    long back = (System.nanoTime() - since) / ORDER_COMES_BACK.toNanos();
                    assertTrue(left >= 10 - orders && left <= 10 - orders + back, left + " left after " + orders);
                }
            } while (answer.hasOrder() && orders < 20);
            assertTrue(orders >= 10, orders + " orders");
            ApiException refusal = ApiException.of(answer.getRefusal());
            assertEquals("RATE_LIMITED", refusal.reason(), answer.toString());
            assertEquals(0, answer.getBudget().getRemainingOrders());
            assertTrue(answer.getBudget().hasRefillTime());
            session.cancel(orderId);
            assertEquals(
                    OrderStatus.ORDER_STATUS_CANCELLED,
                    session.answer(PATIENCE).getOrder().getStatus());
        }
    }

    /** The limit is used up, but for what has come back since. */
    private static StatusRuntimeException refusedForRate(TraderClient trader) {
        for (int i = 0; i < 3; i++) {
            try {
                trader.orders().placeOrder(order(trader));
            } catch (StatusRuntimeException refused) {
                return refused;
            }
        }
        throw new AssertionError("no order was refused for rate");
    }

    private static PlaceOrderRequest order(TraderClient trader) {
        return trader.limitOrder(MARKET, Side.SIDE_BUY, "0.1", "10", TimeInForce.TIME_IN_FORCE_GTC, trader.wallet())
                .build();
    }
}
