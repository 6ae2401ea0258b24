package dev.quantdesk.mesh.maker;

import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The client's open orders, kept up to date by their stream. */
final class OwnOrders implements AutoCloseable {
    private static final long SNAPSHOT_SECONDS_MAX = 10;

    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final Map<String, Order> open = new ConcurrentHashMap<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    /** Of the last change that the stream has told. */
    private long streamSequence;

    private volatile StatusRuntimeException ended;

    private OwnOrders() {}

    /** Returns once the orders that are open already are known. @throws StatusRuntimeException when they can't be had */
    static OwnOrders follow(TraderClient client) throws InterruptedException {
        OwnOrders orders = new OwnOrders();
        Thread.ofVirtual().name("own orders").start(() -> orders.call.run(() -> orders.run(client)));
        if (!orders.begun.await(SNAPSHOT_SECONDS_MAX, TimeUnit.SECONDS)) {
            orders.close();
            throw Status.DEADLINE_EXCEEDED
                    .withDescription("the order stream does not begin")
                    .asRuntimeException();
        }
        orders.checkLive();
        return orders;
    }

    Collection<Order> open() {
        return open.values();
    }

    /** Takes an acknowledgement over without waiting for the stream, unless the stream has told of it, and of more, already. */
    synchronized void acknowledged(Order order) {
        if (order.getSequence() > streamSequence) {
            put(order);
        }
    }

    private synchronized void told(long sequence, Order order) {
        streamSequence = sequence;
        put(order);
    }

    private void put(Order order) {
        boolean isOpen = order.getStatus() == OrderStatus.ORDER_STATUS_OPEN
                || order.getStatus() == OrderStatus.ORDER_STATUS_PARTIALLY_FILLED;
        open.compute(order.getOrderId(), (_, known) -> {
            boolean older = known != null && known.getSequence() > order.getSequence();
            return older ? known : isOpen ? order : null;
        });
    }

    /** @throws StatusRuntimeException when the stream has ended */
    void checkLive() {
        if (ended != null) {
            throw ended;
        }
    }

    private void run(TraderClient client) {
        try {
            Iterator<StreamOrdersResponse> steps =
                    client.orderStreams().streamOrders(StreamOrdersRequest.getDefaultInstance());
            while (steps.hasNext()) {
                StreamOrdersResponse step = steps.next();
                if (step.hasSnapshot()) {
                    OrderSnapshot snapshot = step.getSnapshot();
                    snapshot.getOrdersList().forEach(order -> told(snapshot.getSequence(), order));
                    begun.countDown();
                } else {
                    told(step.getUpdate().getSequence(), step.getUpdate().getOrder());
                }
            }
            ended = Status.UNAVAILABLE.withDescription("the order stream ended").asRuntimeException();
        } catch (StatusRuntimeException refused) {
            ended = refused;
        } finally {
            begun.countDown();
        }
    }

    @Override
    public void close() {
        call.cancel(null);
    }
}
