package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PriceSource;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that wait for a price, follow one, or are changed, through the whole mesh. */
@Timeout(120)
class ConditionalOrderIT {
    private static final String MARKET = "ADA-PERP";
    private TraderClient maker;
    private TraderClient taker;

    @BeforeEach
    void signIn() {
        maker = TestMesh.fundedTrader();
        taker = TestMesh.fundedTrader();
    }

    @AfterEach
    void close() {
        TestMesh.leave(maker);
        TestMesh.leave(taker);
    }

    private static Order place(TraderClient trader, PlaceOrderRequest.Builder request) {
        return trader.orders().placeOrder(request.build()).getOrder();
    }

    private static PlaceOrderRequest.Builder order(TraderClient trader, Side side, String price, String quantity) {
        return trader.limitOrder(MARKET, side, price, quantity, TimeInForce.TIME_IN_FORCE_GTC, trader.wallet());
    }

    private static PlaceOrderRequest.Builder stopMarket(TraderClient trader, String worst, String trigger) {
        return trader.marketOrder(MARKET, Side.SIDE_SELL, worst, "10", trader.wallet())
                .setType(OrderType.ORDER_TYPE_STOP_MARKET)
                .setTriggerPrice(trigger)
                .setPriceSource(PriceSource.PRICE_SOURCE_LAST);
    }

    private static Order get(TraderClient trader, Order order) {
        return trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .build())
                .getOrder();
    }

    private static void cancel(TraderClient trader, Order order) {
        trader.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .build());
    }

    /** One trade at {@code price}, which is the last price then. */
    private void trade(String price) {
        place(maker, order(maker, Side.SIDE_BUY, price, "1"));
        place(taker, order(taker, Side.SIDE_SELL, price, "1").setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC));
    }

    @Test
    void shouldFireAStopByTheLastTradeAlsoAfterTheServiceWasKilled() throws Exception {
        trade("0.05");
        Order stop = place(taker, stopMarket(taker, "0.03", "0.045"));
        assertEquals(OrderStatus.ORDER_STATUS_UNTRIGGERED, stop.getStatus());

        ProcessHandle.of(TestMesh.get().part("execution-svc").pid())
                .orElseThrow()
                .destroyForcibly();
        TestMesh.get().awaitHealthy(Duration.ofSeconds(60));
        Order after = Persistent.untilAnswered(() -> get(taker, stop));
        assertEquals(OrderStatus.ORDER_STATUS_UNTRIGGERED, after.getStatus());

        PlaceOrderRequest.Builder wanted = order(maker, Side.SIDE_BUY, "0.044", "20");
        Order bid = Persistent.untilAnswered(() -> place(maker, wanted));
        PlaceOrderRequest.Builder hit =
                order(taker, Side.SIDE_SELL, "0.044", "1").setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC);
        Persistent.untilAnswered(() -> place(taker, hit));
        Order fired = get(taker, stop);
        assertEquals("10", fired.getFilledQuantity(), fired.toString());
        assertTrue(fired.getTriggerDecision().getFired());
        assertEquals("0.044", fired.getTriggerDecision().getReferencePrice());
        assertEquals("0.045", fired.getTriggerDecision().getTriggerPrice());
        cancel(maker, bid);
    }

    @Test
    void shouldFollowTheMarkPriceAndTellEachMove() {
        Iterator<StreamOrdersResponse> updates = maker.orderStreams()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .streamOrders(StreamOrdersRequest.getDefaultInstance());
        updates.next();
        Order pegged = place(
                maker,
                order(maker, Side.SIDE_BUY, "0.9", "10")
                        .setType(OrderType.ORDER_TYPE_PEGGED)
                        .setPegOffset("-0.05"));
        assertEquals("0.9", pegged.getPriceLimit());
        OrderUpdate update = updates.next().getUpdate();
        while (update.getChange() != OrderChange.ORDER_CHANGE_REPRICED) {
            update = updates.next().getUpdate();
        }
        assertEquals(pegged.getOrderId(), update.getOrder().getOrderId());
        assertTrue(!update.getOrder().getPrice().equals(pegged.getPrice()), update.toString());
        cancel(maker, pegged);
    }

    @Test
    void shouldChangeAnOrderAndTheMarginItTakes() throws Exception {
        Order order = place(maker, order(maker, Side.SIDE_BUY, "0.05", "100"));
        awaitMargin("0.5");
        Order smaller = maker.orders()
                .amendOrder(AmendOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .setQuantity("40")
                        .build())
                .getOrder();
        assertEquals("40", smaller.getQuantity());
        awaitMargin("0.2");
        Refusal beyond = Refused.with(
                Code.INVALID_ARGUMENT,
                "INTENT_EXCEEDED",
                () -> maker.orders()
                        .amendOrder(AmendOrderRequest.newBuilder()
                                .setOrderId(order.getOrderId())
                                .setPrice("0.051")
                                .build()));
        assertEquals("0.05", beyond.metadata().get("bound"));
        maker.orders()
                .amendOrder(AmendOrderRequest.newBuilder()
                        .setClientOrderId(order.getClientOrderId())
                        .setPrice("0.06")
                        .setQuantity("100")
                        .setIntent(maker.intent(
                                MARKET, Side.SIDE_BUY, "0.06", "100", Duration.ofMinutes(5), maker.wallet()))
                        .build());
        awaitMargin("0.6");
        cancel(maker, order);
        awaitMargin("0");
        assertEquals("0.06", get(maker, order).getPrice());
    }

    private void awaitMargin(String expected) throws Exception {
        Await.until(
                "margin of " + expected,
                Duration.ofSeconds(10),
                () -> maker.risk()
                        .listPositions(ListPositionsRequest.getDefaultInstance())
                        .getMargin()
                        .getInitialMargin(),
                expected::equals);
    }
}
