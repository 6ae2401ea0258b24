package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.BracketRole;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderResponse;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PriceSource;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bracket through the whole mesh: placed at once, sized as it fills, the same after a crash, and refused as a whole. */
@Timeout(180)
class BracketOrderIT {
    private static final String MARKET = "ADA-PERP";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private TraderClient trader;
    private TraderClient other;

    @BeforeEach
    void signIn() {
        trader = TestMesh.fundedTrader();
        other = TestMesh.fundedTrader();
    }

    @AfterEach
    void close() {
        TestMesh.leave(trader);
        TestMesh.leave(other);
    }

    private PlaceOrderRequest limit(Side side, String price, String quantity) {
        return trader.limitOrder(MARKET, side, price, quantity, TimeInForce.TIME_IN_FORCE_GTC, trader.wallet())
                .build();
    }

    private PlaceOrderRequest stop(String worst, String trigger, String quantity) {
        return trader.marketOrder(MARKET, Side.SIDE_SELL, worst, quantity, trader.wallet())
                .setType(OrderType.ORDER_TYPE_STOP_MARKET)
                .setTriggerPrice(trigger)
                .setPriceSource(PriceSource.PRICE_SOURCE_LAST)
                .build();
    }

    private PlaceBracketOrderRequest bracket(
            PlaceOrderRequest entry, PlaceOrderRequest first, PlaceOrderRequest second, PlaceOrderRequest stop) {
        return PlaceBracketOrderRequest.newBuilder()
                .setEntry(entry.toBuilder().clearIntent())
                .addTakeProfits(first.toBuilder().clearIntent())
                .addTakeProfits(second.toBuilder().clearIntent())
                .setStopLoss(stop.toBuilder().clearIntent())
                .setBatch(TraderClient.signAll(List.of(entry, first, second, stop), trader.wallet()))
                .build();
    }

    private void trade(Side side, String price, String quantity) throws Exception {
        PlaceOrderRequest order = other.limitOrder(
                        MARKET, side, price, quantity, TimeInForce.TIME_IN_FORCE_IOC, other.wallet())
                .build();
        Order placed =
                Persistent.untilAnswered(() -> other.orders().placeOrder(order).getOrder());
        assertEquals(quantity, placed.getFilledQuantity(), placed.toString());
    }

    /** By the client's name for it, as a partner would ask years later. */
    private Order read(Order order) throws Exception {
        return Persistent.untilAnswered(() -> trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setClientOrderId(order.getClientOrderId())
                        .build())
                .getOrder());
    }

    private void is(OrderStatus status, String active, Order order) throws Exception {
        Order now = read(order);
        assertEquals(status, now.getStatus(), now.toString());
        assertEquals(active, now.getBracket().getActiveQuantity());
    }

    @Test
    void shouldSizeExitsAsTheEntryFillsAlsoAfterTheServiceWasKilled() throws Exception {
        PlaceBracketOrderRequest request = bracket(
                limit(Side.SIDE_BUY, "0.05", "100"),
                limit(Side.SIDE_SELL, "0.06", "60"),
                limit(Side.SIDE_SELL, "0.07", "40"),
                stop("0.03", "0.045", "100"));
        PlaceBracketOrderResponse placed = trader.orders().placeBracketOrder(request);
        List<Order> legs = placed.getOrdersList();
        assertEquals(4, legs.size());
        assertEquals(
                BracketRole.BRACKET_ROLE_STOP_LOSS, legs.get(3).getBracket().getRole());
        is(OrderStatus.ORDER_STATUS_PENDING, "", legs.get(1));

        trade(Side.SIDE_SELL, "0.05", "30");
        is(OrderStatus.ORDER_STATUS_OPEN, "18", legs.get(1));
        is(OrderStatus.ORDER_STATUS_OPEN, "12", legs.get(2));
        is(OrderStatus.ORDER_STATUS_UNTRIGGERED, "30", legs.get(3));

        ProcessHandle.of(TestMesh.get().part("execution-svc").pid())
                .orElseThrow()
                .destroyForcibly();
        TestMesh.get().awaitHealthy(Duration.ofSeconds(60));
        is(OrderStatus.ORDER_STATUS_UNTRIGGERED, "30", legs.get(3));
        PlaceBracketOrderResponse repeated =
                Persistent.untilAnswered(() -> trader.orders().placeBracketOrder(request));
        assertEquals(placed.getBracketId(), repeated.getBracketId());

        trade(Side.SIDE_SELL, "0.05", "20");
        is(OrderStatus.ORDER_STATUS_OPEN, "30", legs.get(1));
        is(OrderStatus.ORDER_STATUS_UNTRIGGERED, "50", legs.get(3));

        trade(Side.SIDE_BUY, "0.06", "30");
        is(OrderStatus.ORDER_STATUS_UNTRIGGERED, "20", legs.get(3));
        Order entry = read(legs.get(0));
        assertEquals(CancelReason.CANCEL_REASON_EXIT_STARTED, entry.getCancelReason());
        assertEquals("50", entry.getFilledQuantity());

        trade(Side.SIDE_BUY, "0.07", "20");
        Order stop = read(legs.get(3));
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, stop.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_SIBLING_FILLED, stop.getCancelReason());
        assertFalse(stop.getTriggerDecision().getFired());
        assertEquals("20", read(legs.get(2)).getFilledQuantity());
        awaitFlat();
        Await.until(
                "the first target is settled on chain",
                Duration.ofSeconds(60),
                () -> read(legs.get(1)).getStatus(),
                OrderStatus.ORDER_STATUS_SETTLED::equals);
    }

    /** risk-svc has followed every size of every leg. */
    private void awaitFlat() throws Exception {
        Await.until(
                "no margin taken",
                PATIENCE,
                () -> trader.risk()
                        .listPositions(ListPositionsRequest.getDefaultInstance())
                        .getMargin()
                        .getInitialMargin(),
                "0"::equals);
    }

    @Test
    void shouldBeRefusedAsAWhole() throws Exception {
        PlaceOrderRequest entry = limit(Side.SIDE_BUY, "0.05", "100");
        PlaceOrderRequest wrong = limit(Side.SIDE_SELL, "0.05", "40");
        Refusal refusal = Refused.with(
                Code.INVALID_ARGUMENT,
                "BRACKET_INVALID",
                () -> trader.orders()
                        .placeBracketOrder(bracket(
                                entry, limit(Side.SIDE_SELL, "0.06", "60"), wrong, stop("0.03", "0.045", "100"))));
        assertEquals("take_profits[1]", refusal.metadata().get("leg"));
        assertEquals("0.05", refusal.metadata().get("bound"));
        Refused.with(
                Code.NOT_FOUND,
                "ORDER_NOT_FOUND",
                () -> trader.orders()
                        .getOrder(GetOrderRequest.newBuilder()
                                .setClientOrderId(entry.getClientOrderId())
                                .build()));
        awaitFlat();
    }
}
