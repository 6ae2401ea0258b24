package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.process.Part;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.auth.v1.GetSessionRequest;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.Position;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any process of the mesh is killed during a stream of orders. What was acknowledged stays, every order exists once, every fill
 * counts once and is settled once.
 */
@Timeout(300)
class KilledPartsIT {
    private static final String MARKET = "ADA-PERP";
    private static final String QUANTITY = "10";
    private static final String REDIS = "redis";
    private static final Set<String> NO_SESSION = Set.of(Reason.SESSION_INVALID.name(), Reason.SESSION_REQUIRED.name());
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration SETTLEMENT = Duration.ofSeconds(90);
    private static final int ORDERS_BEFORE = 8;
    private static final int ORDERS_AFTER = 8;

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "execution-svc", "risk-svc", "auth-svc", "market-data-svc", "intelligence-svc",
                "envoy", "redis", "postgres", "solana-chain", "zipkin"
            })
    @DisplayName("shouldLoseAndDuplicateNothingWhenKilled")
    void shouldLoseAndDuplicateNothingWhenKilled(String victim) throws Exception {
        TestMesh.awaitHealthy();
        TraderClient maker = fundedTrader();
        TraderClient taker = fundedTrader();
        try {
            String price = "0.05";
            placeUntilAcknowledged(
                    victim,
                    maker,
                    maker.limitOrder(
                                    MARKET, Side.SIDE_BUY, price, "1000", TimeInForce.TIME_IN_FORCE_GTC, maker.wallet())
                            .build());
            Map<String, String> acknowledged = new LinkedHashMap<>();
            for (int i = 0; i < ORDERS_BEFORE + ORDERS_AFTER; i++) {
                if (i == ORDERS_BEFORE) {
                    kill(victim);
                }
                PlaceOrderRequest request = i % 2 == 0
                        ? order(taker, Side.SIDE_SELL, price, TimeInForce.TIME_IN_FORCE_IOC)
                        : order(taker, Side.SIDE_BUY, "0.04", TimeInForce.TIME_IN_FORCE_GTC);
                Order order = placeUntilAcknowledged(victim, taker, request);
                String before = acknowledged.put(request.getClientOrderId(), order.getOrderId());
                assertEquals(null, before);
            }
            TestMesh.awaitHealthy();
            inSession(victim, maker, () -> maker.sessions().getSession(GetSessionRequest.getDefaultInstance()));
            check(maker, taker, acknowledged);
        } finally {
            TestMesh.awaitHealthy();
            leave(maker);
            leave(taker);
        }
    }

    /** Who also knows the market already: an order is signed while its market's service may still be away from the gateway. */
    private static TraderClient fundedTrader() throws InterruptedException {
        TraderClient trader = Persistent.untilAnswered(TestMesh::fundedTrader);
        Persistent.untilAnswered(() -> trader.market(MARKET));
        return trader;
    }

    private static PlaceOrderRequest order(TraderClient trader, Side side, String price, TimeInForce timeInForce) {
        return trader.limitOrder(MARKET, side, price, QUANTITY, timeInForce, trader.wallet())
                .build();
    }

    private static void leave(TraderClient trader) throws InterruptedException {
        Persistent.untilAnswered(() -> {
            TestMesh.leave(trader);
            return true;
        });
    }

    private static void kill(String victim) {
        Part part = TestMesh.get().part(victim);
        long pid = part.pid();
        assertTrue(pid > 0, victim + " runs");
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    /** What a careful client does: the same order again, with the same id, until it is told what became of it. */
    private static Order placeUntilAcknowledged(String victim, TraderClient trader, PlaceOrderRequest request)
            throws InterruptedException {
        return inSession(
                victim, trader, () -> trader.orders().placeOrder(request).getOrder());
    }

    /** Redis writes what it is told to disk within a second: the session may be gone with it, and the trader signs in again. */
    private static <T> T inSession(String victim, TraderClient trader, Supplier<T> call) throws InterruptedException {
        return Persistent.untilAnswered(() -> {
            try {
                return call.get();
            } catch (StatusRuntimeException refused) {
                if (!victim.equals(REDIS)
                        || !NO_SESSION.contains(Refusal.of(refused).reason())) {
                    throw refused;
                }
                trader.signIn();
                return call.get();
            }
        });
    }

    private static void check(TraderClient maker, TraderClient taker, Map<String, String> acknowledged)
            throws Exception {
        assertEquals(acknowledged.size(), new HashSet<>(acknowledged.values()).size(), "every order exists once");
        BigDecimal sold = BigDecimal.ZERO;
        Set<String> trades = new HashSet<>();
        for (Map.Entry<String, String> known : acknowledged.entrySet()) {
            Order order = Persistent.untilAnswered(() -> taker.orders()
                    .getOrder(GetOrderRequest.newBuilder()
                            .setClientOrderId(known.getKey())
                            .build())
                    .getOrder());
            assertEquals(known.getValue(), order.getOrderId());
            for (Fill fill : order.getFillsList()) {
                assertTrue(trades.add(fill.getTradeId()), "trade " + fill.getTradeId() + " counts once");
                if (order.getSide() == Side.SIDE_SELL) {
                    sold = sold.add(new BigDecimal(fill.getQuantity()));
                }
            }
            if (order.getSide() == Side.SIDE_SELL) {
                assertEquals(QUANTITY, order.getFilledQuantity(), order.toString());
                awaitSettled(taker, order.getOrderId());
            }
        }
        BigDecimal expected = sold;
        Await.until(
                "risk-svc counts every fill once",
                RECOVERY,
                () -> position(taker),
                size -> size.compareTo(expected.negate()) == 0);
        Await.until("the other side as well", RECOVERY, () -> position(maker), size -> size.compareTo(expected) == 0);
    }

    private static void awaitSettled(TraderClient trader, String orderId) throws Exception {
        Order settled = Await.until(
                "order " + orderId + " is settled",
                SETTLEMENT,
                () -> Persistent.untilAnswered(() -> trader.orders()
                        .getOrder(
                                GetOrderRequest.newBuilder().setOrderId(orderId).build())
                        .getOrder()),
                order -> order.getStatus() == OrderStatus.ORDER_STATUS_SETTLED);
        for (Fill fill : settled.getFillsList()) {
            assertTrue(fill.getSlot() > 0, settled.toString());
        }
    }

    private static BigDecimal position(TraderClient trader) throws InterruptedException {
        return Persistent.untilAnswered(() -> trader.risk().listPositions(ListPositionsRequest.getDefaultInstance()))
                .getPositionsList()
                .stream()
                .filter(position -> position.getMarket().equals(MARKET))
                .map(Position::getSize)
                .map(BigDecimal::new)
                .findFirst()
                .orElse(BigDecimal.ZERO);
    }
}
