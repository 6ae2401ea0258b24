package dev.quantdesk.mesh.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.client.TradeSession;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.ListOrdersRequest;
import dev.quantdesk.proto.execution.v1.ListOrdersResponse;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A market maker on a trading stream: bursts of orders, so that many are under way when the engine dies. What was not
 * acknowledged when a stream ended is sent again over the next one, as it was.
 */
final class StreamTrader implements Runnable {
    private static final int BURST = 16;
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PAGE = 100;

    private final TraderClient trader;
    private final Supplier<PlaceOrderRequest> orders;
    private final Deque<PlaceOrderRequest> toSend = new ArrayDeque<>();
    private final Map<Long, PlaceOrderRequest> underWay = new LinkedHashMap<>();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /** @param orders makes the next order */
    StreamTrader(TraderClient trader, Supplier<PlaceOrderRequest> orders) {
        this.trader = trader;
        this.orders = orders;
    }

    /** Sends no new orders; {@link #run} returns when all that were sent are acknowledged. */
    void stop() {
        stopped = true;
    }

    /** Order ids by client order id. */
    Map<String, String> acknowledged() {
        return acknowledged;
    }

    @Override
    public void run() {
        try {
            while (!stopped || !toSend.isEmpty()) {
                try (TradeSession session = TradeSession.open(trader)) {
                    trade(session);
                } catch (IllegalStateException | StatusRuntimeException died) {
                    toSend.addAll(underWay.values());
                    underWay.clear();
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void trade(TradeSession session) throws InterruptedException {
        while (!stopped || !toSend.isEmpty()) {
            while (!stopped && toSend.size() < BURST) {
                toSend.add(orders.get());
            }
            while (!toSend.isEmpty()) {
                underWay.put(session.place(toSend.peek()), toSend.remove());
            }
            while (!underWay.isEmpty()) {
                take(session.answer(PATIENCE));
            }
            Thread.sleep(PAUSE);
        }
    }

    private void take(TradeOrdersResponse answer) {
        PlaceOrderRequest order = underWay.remove(answer.getCorrelationId());
        assertNotNull(order, "an answer to nothing that was asked: " + answer);
        if (answer.hasOrder()) {
            acknowledged.put(order.getClientOrderId(), answer.getOrder().getOrderId());
            return;
        }
        Status.Code code = Status.fromCodeValue(answer.getRefusal().getCode()).getCode();
        assertTrue(Persistent.PASSING.contains(code.name()), answer.getRefusal().toString());
        toSend.add(order);
    }

    /** Reads all of the trader's orders: those that were acknowledged, each once, and no others. */
    void checkOrders() {
        Map<String, String> found = new HashMap<>();
        String page = "";
        do {
            ListOrdersResponse orders = trader.orders()
                    .listOrders(ListOrdersRequest.newBuilder()
                            .setPageSize(PAGE)
                            .setPageToken(page)
                            .build());
            for (Order order : orders.getOrdersList()) {
                assertNull(found.put(order.getClientOrderId(), order.getOrderId()), "placed twice: " + order);
            }
            page = orders.getNextPageToken();
        } while (!page.isEmpty());
        assertEquals(acknowledged, found);
    }
}
