package dev.quantdesk.mesh.maker;

import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The client's open orders, kept up to date by their stream. */
final class OwnOrders implements AutoCloseable {
    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final Map<String, Order> open = new ConcurrentHashMap<>();
    private volatile StatusRuntimeException ended;

    private OwnOrders() {}

    static OwnOrders follow(TraderClient client) {
        OwnOrders orders = new OwnOrders();
        Thread.ofVirtual().name("own orders").start(() -> orders.call.run(() -> orders.run(client)));
        return orders;
    }

    Collection<Order> open() {
        return open.values();
    }

    /** Takes an acknowledgement over without waiting for the stream. */
    void put(Order order) {
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
                    step.getSnapshot().getOrdersList().forEach(this::put);
                } else {
                    put(step.getUpdate().getOrder());
                }
            }
            ended = io.grpc.Status.UNAVAILABLE
                    .withDescription("the order stream ended")
                    .asRuntimeException();
        } catch (StatusRuntimeException refused) {
            ended = refused;
        }
    }

    @Override
    public void close() {
        call.cancel(null);
    }
}
