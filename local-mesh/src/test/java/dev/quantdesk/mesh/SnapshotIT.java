package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Shell;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** execution-svc is killed after the engine has taken a snapshot: everything is as before, and only what followed is replayed. */
@Timeout(300)
class SnapshotIT {
    private static final String MARKET = "ADA-PERP";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    private static Order place(TraderClient trader, Side side, String price, TimeInForce timeInForce)
            throws InterruptedException {
        var request = trader.limitOrder(MARKET, side, price, "10", timeInForce, trader.wallet())
                .build();
        return Persistent.untilAnswered(
                () -> trader.orders().placeOrder(request).getOrder());
    }

    private static Order read(TraderClient trader, String orderId) throws InterruptedException {
        return Persistent.untilAnswered(() -> trader.orders()
                .getOrder(GetOrderRequest.newBuilder().setOrderId(orderId).build())
                .getOrder());
    }

    private static List<Order> open(TraderClient trader) throws InterruptedException {
        return Persistent.untilAnswered(() -> trader.orderStreams()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .streamOrders(StreamOrdersRequest.getDefaultInstance())
                .next()
                .getSnapshot()
                .getOrdersList());
    }

    @Test
    void shouldHaveEveryOrderAndGoOnSettlingWhenItIsKilledAfterASnapshot() throws Exception {
        TestMesh.awaitHealthy();
        TraderClient maker = TestMesh.fundedTrader();
        TraderClient taker = TestMesh.fundedTrader();
        List<Order> resting = new ArrayList<>();
        for (String price : List.of("0.021", "0.022", "0.023")) {
            resting.add(place(taker, Side.SIDE_BUY, price, TimeInForce.TIME_IN_FORCE_GTC));
        }
        Order bid = place(maker, Side.SIDE_BUY, "0.05", TimeInForce.TIME_IN_FORCE_GTC);
        Order sold = place(taker, Side.SIDE_SELL, "0.05", TimeInForce.TIME_IN_FORCE_IOC);
        Shell.Result snapshot = Shell.quantdesk(
                MINUTE,
                "snapshot",
                "--data-dir",
                TestMesh.get().options().dataDir().toString());
        assertEquals(0, snapshot.exitCode(), snapshot.output());
        resting.add(place(taker, Side.SIDE_BUY, "0.024", TimeInForce.TIME_IN_FORCE_GTC));

        ProcessHandle.of(TestMesh.get().part("execution-svc").pid())
                .orElseThrow()
                .destroyForcibly();
        TestMesh.awaitHealthy();

        for (Order order : resting) {
            assertEquals(order, read(taker, order.getOrderId()));
        }
        List<String> open = open(taker).stream().map(Order::getOrderId).toList();
        assertTrue(open.containsAll(resting.stream().map(Order::getOrderId).toList()), open.toString());
        for (Order order : List.of(read(maker, bid.getOrderId()), read(taker, sold.getOrderId()))) {
            TraderClient owner = order.getSide() == Side.SIDE_BUY ? maker : taker;
            Await.until(
                    "order " + order.getOrderId() + " is settled",
                    MINUTE,
                    () -> read(owner, order.getOrderId()),
                    now -> now.getStatus() == OrderStatus.ORDER_STATUS_SETTLED);
        }
        String log = Files.readString(TestMesh.get().options().dataDir().resolve("logs/execution-svc.log"));
        assertTrue(log.contains("the order engine starts from a snapshot"), "it has replayed its whole log");
        TestMesh.leave(maker);
        TestMesh.leave(taker);
    }
}
