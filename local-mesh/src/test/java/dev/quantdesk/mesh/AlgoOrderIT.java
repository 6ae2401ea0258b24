package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.GetAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.IcebergTerms;
import dev.quantdesk.proto.execution.v1.ListAlgoOrdersRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PreviewScheduleRequest;
import dev.quantdesk.proto.execution.v1.PreviewScheduleResponse;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TwapTerms;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.grpc.Status.Code;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TWAPs and icebergs through the whole mesh, to the chain. */
@Timeout(180)
class AlgoOrderIT {
    private static final String MARKET = "ADA-PERP";
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(40);
    /** Less than a service takes to start. */
    private static final Duration PAUSE_BETWEEN_KILLS = Duration.ofMillis(800);

    /** After a crash that is over so soon after its begin, 50 slices of a second catch up: with 9 of them to spare. */
    private static final Duration IN_TIME = Duration.ofSeconds(25);

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

    private static AlgoOrderServiceGrpc.AlgoOrderServiceBlockingStub algos(TraderClient trader) {
        return AlgoOrderServiceGrpc.newBlockingStub(trader.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static PlaceAlgoOrderRequest.Builder order(TraderClient trader, Side side, String price, String quantity) {
        return PlaceAlgoOrderRequest.newBuilder()
                .setClientOrderId(TraderClient.newId().substring(0, 20))
                .setMarket(MARKET)
                .setSide(side)
                .setPrice(price)
                .setQuantity(quantity)
                .setIntent(trader.intent(MARKET, side, price, quantity, Duration.ofMinutes(10), trader.wallet()));
    }

    private static TwapTerms.Builder seconds(long duration, long interval) {
        return TwapTerms.newBuilder()
                .setDuration(Durations.fromSeconds(duration))
                .setInterval(Durations.fromSeconds(interval));
    }

    private static AlgoOrder get(TraderClient trader, AlgoOrder order) {
        return algos(trader)
                .getAlgoOrder(GetAlgoOrderRequest.newBuilder()
                        .setAlgoOrderId(order.getAlgoOrderId())
                        .build())
                .getOrder();
    }

    private static Order child(TraderClient trader, AlgoOrder order, int number) {
        return trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setClientOrderId(order.getClientOrderId() + "." + number)
                        .build())
                .getOrder();
    }

    private static PlaceOrderRequest.Builder limit(TraderClient trader, Side side, String price, String quantity) {
        return trader.limitOrder(MARKET, side, price, quantity, TimeInForce.TIME_IN_FORCE_GTC, trader.wallet());
    }

    private static List<Order> children(TraderClient trader, AlgoOrder order) {
        List<Order> children = new ArrayList<>();
        for (int i = 1; i <= order.getChildOrders(); i++) {
            children.add(child(trader, order, i));
        }
        return children;
    }

    /** Milliseconds from the order to its child. */
    private static long cameAfter(AlgoOrder order, Order child) {
        return Timestamps.toMillis(child.getCreateTime()) - Timestamps.toMillis(order.getCreateTime());
    }

    private static void awaitPosition(TraderClient trader, String size) throws Exception {
        Await.until(
                "position of " + size,
                Duration.ofSeconds(10),
                () -> trader.risk().listPositions(ListPositionsRequest.getDefaultInstance()),
                all -> all.getPositionsList().stream()
                        .anyMatch(each -> each.getSize().equals(size)));
    }

    private static void awaitMargin(TraderClient trader, String expected) throws Exception {
        Await.until(
                "margin of " + expected,
                Duration.ofSeconds(10),
                () -> trader.risk()
                        .listPositions(ListPositionsRequest.getDefaultInstance())
                        .getMargin()
                        .getInitialMargin(),
                expected::equals);
    }

    @Test
    void shouldTradeATwapAsThePreviewSaysAndSettleEachSlice() throws Exception {
        maker.orders().placeOrder(limit(maker, Side.SIDE_SELL, "0.05", "500").build());
        TwapTerms terms =
                seconds(36, 12).setSizeRandomBps(3_000).setTimeRandomBps(2_000).build();
        // Chance moves a slice by 2.4 s: only an engine that stands still for 9.6 s would put two of them together.
        PreviewScheduleResponse preview = algos(taker)
                .previewSchedule(PreviewScheduleRequest.newBuilder()
                        .setMarket(MARKET)
                        .setQuantity("100")
                        .setTwap(terms)
                        .build());
        assertEquals(3, preview.getChildrenCount());
        PlaceAlgoOrderRequest request = order(taker, Side.SIDE_BUY, "0.051", "100")
                .setTwap(terms)
                .setSeed(preview.getSeed())
                .build();
        AlgoOrder placed = algos(taker).placeAlgoOrder(request).getOrder();
        AlgoOrder done = Await.until(
                "the TWAP is filled",
                Duration.ofSeconds(60),
                () -> get(taker, placed),
                order -> order.getStatus() != AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING);
        assertEquals(AlgoOrderStatus.ALGO_ORDER_STATUS_FILLED, done.getStatus(), done.toString());
        assertEquals(List.of("100", "0.05"), List.of(done.getFilledQuantity(), done.getAveragePrice()));
        assertEquals(preview.getChildrenCount(), done.getChildOrders());
        for (int i = 0; i < done.getChildOrders(); i++) {
            Order slice = child(taker, done, i + 1);
            assertEquals(preview.getChildren(i).getQuantity(), slice.getFilledQuantity());
            long planned = Durations.toMillis(preview.getChildren(i).getOffset());
            long next = i + 1 < preview.getChildrenCount()
                    ? Durations.toMillis(preview.getChildren(i + 1).getOffset())
                    : Durations.toMillis(terms.getDuration());
            long came = cameAfter(done, slice);
            assertTrue(came >= planned && came < next, "slice " + i + " of " + planned + " ms came at " + came);
            assertEquals(done.getTraceId(), slice.getTraceId());
            assertEquals(done.getAlgoOrderId(), slice.getParentOrderId());
        }
        assertTrue(algos(taker).placeAlgoOrder(request).getRepeatedRequest());
        awaitPosition(taker, "100");
        Await.until(
                "each slice is settled on chain",
                SETTLED_WITHIN,
                () -> children(taker, done),
                slices -> slices.stream().allMatch(each -> each.getStatus() == OrderStatus.ORDER_STATUS_SETTLED));
        AlgoOrder listed = Await.until(
                        "the list has it",
                        Duration.ofSeconds(10),
                        () -> algos(taker).listAlgoOrders(ListAlgoOrdersRequest.getDefaultInstance()),
                        list -> list.getOrdersCount() == 1)
                .getOrders(0);
        assertEquals(done, listed);
    }

    /** Two a second, and after the crash up to six until it has caught up with its plan. */
    @Test
    void shouldGoOnWithATwapAfterTheServiceWasKilled() throws Exception {
        maker.orders().placeOrder(limit(maker, Side.SIDE_SELL, "0.05", "500").build());
        long start = System.nanoTime();
        AlgoOrder placed = algos(taker)
                .placeAlgoOrder(order(taker, Side.SIDE_BUY, "0.05", "100")
                        .setTwap(seconds(50, 1))
                        .build())
                .getOrder();
        Await.until(
                "some slices are traded",
                Duration.ofSeconds(20),
                () -> get(taker, placed),
                order -> order.getChildOrders() >= 3);
        keepAway("execution-svc");
        TestMesh.get().awaitHealthy(Duration.ofSeconds(60));
        boolean inTime = System.nanoTime() - start < IN_TIME.toNanos();
        AlgoOrder done = Await.until(
                "the TWAP has ended",
                Duration.ofSeconds(90),
                () -> Persistent.untilAnswered(() -> get(taker, placed)),
                order -> order.getStatus() != AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING);
        List<Order> slices = children(taker, done);
        assertTrue(slices.size() < 50, "slices passed while it was away");
        long traded = 0;
        for (Order slice : slices) {
            long planned = 2 * Math.min(50, 1 + cameAfter(done, slice) / 1_000);
            assertEquals(Math.min(planned - traded, 6), whole(slice.getQuantity()), slice.toString());
            traded += whole(slice.getFilledQuantity());
        }
        assertEquals(traded, whole(done.getFilledQuantity()), done.toString());
        assertTrue(traded == 100 || !inTime, done.toString());
        assertEquals(
                traded == 100 ? AlgoOrderStatus.ALGO_ORDER_STATUS_FILLED : AlgoOrderStatus.ALGO_ORDER_STATUS_CANCELLED,
                done.getStatus(),
                done.toString());
        awaitPosition(taker, Long.toString(traded));
        awaitPosition(maker, Long.toString(-traded));
    }

    /** For over three seconds, which slices pass in: a start by itself may take less than two. */
    private static void keepAway(String part) throws InterruptedException {
        for (int kill = 0; kill < 4; kill++) {
            ProcessHandle.of(TestMesh.get().part(part).pid()).ifPresent(ProcessHandle::destroyForcibly);
            Thread.sleep(PAUSE_BETWEEN_KILLS);
        }
    }

    private static long whole(String quantity) {
        return new BigDecimal(quantity).longValueExact();
    }

    @Test
    void shouldShowAnIcebergTipByTipAndFreeItsMarginWhenItIsCancelled() throws Exception {
        PlaceAlgoOrderRequest request = order(maker, Side.SIDE_BUY, "0.04", "100")
                .setIceberg(IcebergTerms.newBuilder().setVisibleQuantity("10").setPostOnly(true))
                .build();
        AlgoOrder iceberg = algos(maker).placeAlgoOrder(request).getOrder();
        awaitMargin(maker, "0.4");
        PlaceOrderRequest sweep = limit(taker, Side.SIDE_SELL, "0.04", "35")
                .setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC)
                .build();
        Order swept = taker.orders().placeOrder(sweep).getOrder();
        assertEquals("35", swept.getFilledQuantity(), swept.toString());
        AlgoOrder after = get(maker, iceberg);
        assertEquals(List.of("35", "65"), List.of(after.getFilledQuantity(), after.getRemainingQuantity()));
        assertEquals(4, after.getChildOrders());
        Order tip = child(maker, after, 4);
        assertEquals(List.of("10", "5"), List.of(tip.getQuantity(), tip.getFilledQuantity()));
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, tip.getStatus());

        Refused.with(
                Code.NOT_FOUND,
                "ALGO_ORDER_NOT_FOUND",
                () -> algos(taker)
                        .cancelAlgoOrder(CancelAlgoOrderRequest.newBuilder()
                                .setAlgoOrderId(iceberg.getAlgoOrderId())
                                .build()));
        AlgoOrder cancelled = algos(maker)
                .cancelAlgoOrder(CancelAlgoOrderRequest.newBuilder()
                        .setClientOrderId(iceberg.getClientOrderId())
                        .build())
                .getOrder();
        assertEquals(CancelReason.CANCEL_REASON_USER_REQUEST, cancelled.getCancelReason());
        assertEquals("0", cancelled.getRemainingQuantity());
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, child(maker, after, 4).getStatus());
        awaitPosition(maker, "35");
        Await.until(
                "the tips are settled on chain",
                SETTLED_WITHIN,
                () -> child(maker, after, 4),
                order -> order.getFillsList().stream().allMatch(fill -> fill.getSlot() > 0));
    }
}
