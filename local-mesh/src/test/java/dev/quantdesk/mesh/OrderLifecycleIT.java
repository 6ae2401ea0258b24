package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Timestamps;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderStage;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderResponse;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every time in force and flag through the whole mesh, between two traders at prices of their own. */
@Timeout(120)
class OrderLifecycleIT {
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

    private static Order place(TraderClient trader, Side side, String price, String quantity, TimeInForce timeInForce) {
        return trader.orders()
                .placeOrder(order(trader, side, price, quantity, timeInForce).build())
                .getOrder();
    }

    private static PlaceOrderRequest.Builder order(
            TraderClient trader, Side side, String price, String quantity, TimeInForce timeInForce) {
        return trader.limitOrder(MARKET, side, price, quantity, timeInForce, trader.wallet());
    }

    @Test
    void shouldCancelTheRestWhenAnImmediateOrderFillsInPart() {
        Order resting = place(maker, Side.SIDE_BUY, "0.06", "10", TimeInForce.TIME_IN_FORCE_GTC);
        Order order = place(taker, Side.SIDE_SELL, "0.06", "15", TimeInForce.TIME_IN_FORCE_IOC);
        assertEquals("10", order.getFilledQuantity());
        assertEquals("0.06", order.getAveragePrice());
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, order.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_IOC_REMAINDER, order.getCancelReason());
        Order cancelled = maker.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(resting.getOrderId())
                        .build())
                .getOrder();
        assertTrue(
                cancelled.getStatus() == OrderStatus.ORDER_STATUS_FILLED
                        || cancelled.getStatus() == OrderStatus.ORDER_STATUS_SETTLED,
                "a cancel that comes too late returns the order as it is: " + cancelled);
    }

    @Test
    void shouldTellTheStagesThatAnOrderPassedOneAfterTheOther() {
        PlaceOrderResponse answer = maker.orders()
                .placeOrder(order(maker, Side.SIDE_BUY, "0.0605", "10", TimeInForce.TIME_IN_FORCE_GTC)
                        .build());
        assertEquals(
                List.of("gateway", "checks", "risk", "engine"),
                answer.getStagesList().stream().map(OrderStage::getName).toList());
        for (int i = 0; i < answer.getStagesCount(); i++) {
            OrderStage stage = answer.getStages(i);
            assertTrue(Timestamps.compare(stage.getStartTime(), stage.getEndTime()) <= 0, stage.toString());
            if (i > 0) {
                assertEquals(answer.getStages(i - 1).getEndTime(), stage.getStartTime());
            }
        }
        OrderStage last = answer.getStages(answer.getStagesCount() - 1);
        assertTrue(Timestamps.compare(last.getEndTime(), answer.getServerTime()) <= 0, answer.toString());
        maker.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(answer.getOrder().getOrderId())
                        .build());
    }

    @Test
    void shouldSayWhatIsThereWhenAFillOrKillCanNotFillWholly() {
        Order resting = place(maker, Side.SIDE_BUY, "0.061", "10", TimeInForce.TIME_IN_FORCE_GTC);
        PlaceOrderRequest kill = order(taker, Side.SIDE_SELL, "0.061", "11", TimeInForce.TIME_IN_FORCE_FOK)
                .build();
        Refusal refusal = Refused.with(
                Code.FAILED_PRECONDITION,
                "FOK_NOT_FILLABLE",
                () -> taker.orders().placeOrder(kill));
        assertEquals("10", refusal.metadata().get("suggested_quantity"));
        maker.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(resting.getOrderId())
                        .build());
    }

    @Test
    void shouldSuggestTheNextPriceWhenAPostOnlyOrderWouldCross() {
        Order resting = place(maker, Side.SIDE_BUY, "0.062", "10", TimeInForce.TIME_IN_FORCE_GTC);
        PlaceOrderRequest crossing = order(taker, Side.SIDE_SELL, "0.062", "10", TimeInForce.TIME_IN_FORCE_GTC)
                .setPostOnly(true)
                .build();
        Refusal refusal = Refused.with(
                Code.FAILED_PRECONDITION,
                "POST_ONLY_WOULD_CROSS",
                () -> taker.orders().placeOrder(crossing));
        assertTrue(refusal.metadata().containsKey("suggested_price"), refusal.toString());
        maker.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(resting.getOrderId())
                        .build());
    }

    @Test
    void shouldNotFlipThePositionWhenTheOrderIsReduceOnly() throws Exception {
        place(maker, Side.SIDE_BUY, "0.063", "100", TimeInForce.TIME_IN_FORCE_GTC);
        place(taker, Side.SIDE_SELL, "0.063", "20", TimeInForce.TIME_IN_FORCE_IOC);
        Await.until("the position is known", Duration.ofSeconds(10), () -> position(taker), "-20"::equals);
        place(maker, Side.SIDE_SELL, "0.0635", "50", TimeInForce.TIME_IN_FORCE_GTC);
        Order reduce = taker.orders()
                .placeOrder(order(taker, Side.SIDE_BUY, "0.0635", "50", TimeInForce.TIME_IN_FORCE_IOC)
                        .setReduceOnly(true)
                        .build())
                .getOrder();
        assertEquals("20", reduce.getFilledQuantity());
        Await.until("the position is flat", Duration.ofSeconds(10), () -> position(taker), "0"::equals);
    }

    private static String position(TraderClient trader) {
        return trader.risk().listPositions(ListPositionsRequest.getDefaultInstance()).getPositionsList().stream()
                .filter(position -> position.getMarket().equals(MARKET))
                .map(position -> position.getSize())
                .findFirst()
                .orElse("0");
    }

    @Test
    void shouldTellEveryStepOnceWhenOrdersAreStreamedAndResumed() {
        Iterator<StreamOrdersResponse> steps = taker.orderStreams()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .streamOrders(StreamOrdersRequest.getDefaultInstance());
        assertTrue(steps.next().hasSnapshot());
        place(maker, Side.SIDE_BUY, "0.064", "10", TimeInForce.TIME_IN_FORCE_GTC);
        Order order = place(taker, Side.SIDE_SELL, "0.064", "10", TimeInForce.TIME_IN_FORCE_GTC);
        List<OrderChange> changes = new ArrayList<>();
        long firstSequence = 0;
        while (!changes.contains(OrderChange.ORDER_CHANGE_SETTLED)) {
            var update = steps.next().getUpdate();
            assertEquals(order.getOrderId(), update.getOrder().getOrderId());
            firstSequence = firstSequence == 0 ? update.getSequence() : firstSequence;
            changes.add(update.getChange());
        }
        assertEquals(
                List.of(
                        OrderChange.ORDER_CHANGE_ACCEPTED,
                        OrderChange.ORDER_CHANGE_FILLED,
                        OrderChange.ORDER_CHANGE_SETTLEMENT_SENT,
                        OrderChange.ORDER_CHANGE_SETTLEMENT_CONFIRMED,
                        OrderChange.ORDER_CHANGE_SETTLED),
                changes);
        Iterator<StreamOrdersResponse> resumed = taker.orderStreams()
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .streamOrders(StreamOrdersRequest.newBuilder()
                        .setResumeFromSequence(firstSequence)
                        .build());
        List<OrderChange> again = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++) {
            again.add(resumed.next().getUpdate().getChange());
        }
        assertEquals(changes, again);
    }

    @Test
    void shouldRefuseRiskAndLetCancelsPassWhenRiskIsDown() throws Exception {
        Order resting = place(maker, Side.SIDE_BUY, "0.065", "10", TimeInForce.TIME_IN_FORCE_GTC);
        PlaceOrderRequest adding = order(maker, Side.SIDE_BUY, "0.065", "10", TimeInForce.TIME_IN_FORCE_GTC)
                .build();
        ProcessHandle.of(TestMesh.get().part("risk-svc").pid()).orElseThrow().destroyForcibly();
        try (TraderClient impatient = TestMesh.impatient(maker)) {
            Refused.with(
                    Code.UNAVAILABLE,
                    "RISK_UNAVAILABLE",
                    () -> impatient.orders().placeOrder(adding));
        }
        Order cancelled = maker.orders()
                .cancelOrder(CancelOrderRequest.newBuilder()
                        .setOrderId(resting.getOrderId())
                        .build())
                .getOrder();
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, cancelled.getStatus());
        TestMesh.awaitHealthy();
    }
}
