package dev.quantdesk.mesh.demo;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.process.PartFailedException;
import dev.quantdesk.mesh.trace.Trace;
import dev.quantdesk.mesh.trace.TraceServer;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One small market order of a demo trader, followed from sign-in to its confirmation on chain. */
public final class DemoOrder {
    static final String MARKET = "SOL-PERP";

    private static final String QUANTITY = "1";
    private static final BigDecimal SLIPPAGE = new BigDecimal("0.02");
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);
    /** What ends last on each branch of an order's trace. */
    private static final Set<String> LAST_SPANS =
            Set.of("engine placeorder", "settlement", "solana sendtransaction", "solana confirm");

    private static final Duration TRACE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration DELEGATION_LIFE = Duration.ofMinutes(10);
    private static final String DELEGATION_NOTIONAL = "5000";

    private final TraderClient client;
    private final Telemetry telemetry;
    private final TraceServer traces;
    private final Consumer<String> journey;
    private final Map<String, Long> stageMillis = new LinkedHashMap<>();
    private long startNanos;

    /** @param journey told each step of the way, one line at a time */
    public DemoOrder(TraderClient client, Telemetry telemetry, TraceServer traces, Consumer<String> journey) {
        this.client = client;
        this.telemetry = telemetry;
        this.traces = traces;
        this.journey = journey;
    }

    /**
     * What became of the order.
     *
     * @param stageMillis milliseconds from the click to each stage, in order
     * @param trace nothing when the trace server did not have it in time
     */
    public record Outcome(Order order, String traceId, Optional<Trace> trace, Map<String, Long> stageMillis) {}

    /** Signs in, funds the account, places the order and follows it. @throws StatusRuntimeException for a refusal */
    public Outcome run() throws Exception {
        step("signing in as " + client.account());
        client.signIn();
        step("signed in with the wallet's signature");
        String credited = client.requestTestFunds();
        step(credited.isEmpty() ? "the account has its test USDC already" : "credited with " + credited + " test USDC");
        // A demo that was interrupted has left its key behind, and an account has only so many.
        client.delegates().forEach(client::revoke);
        KeyPair sessionKey = KeyPair.generate(new SecureRandom());
        client.delegate(sessionKey, DELEGATION_LIFE, DELEGATION_NOTIONAL);
        step("session key " + shorten(sessionKey.publicKey().toString()) + " delegated by the wallet");
        try {
            return placeAndFollow(order(sessionKey));
        } finally {
            client.revoke(sessionKey.publicKey().toString());
        }
    }

    private Outcome placeAndFollow(PlaceOrderRequest request) throws Exception {
        Iterator<StreamOrdersResponse> updates = client.orderStreams()
                .withDeadlineAfter(SETTLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .streamOrders(StreamOrdersRequest.getDefaultInstance());
        updates.next();
        startNanos = System.nanoTime();
        Span span = telemetry
                .tracer()
                .spanBuilder("demo order")
                .setSpanKind(SpanKind.CLIENT)
                .startSpan();
        Order placed;
        try (Scope _ = span.makeCurrent()) {
            placed = client.orders().placeOrder(request).getOrder();
            span.setAttribute("quantdesk.order_id", placed.getOrderId());
        } finally {
            span.end();
        }
        stage(
                "acknowledged",
                "order " + placed.getOrderId() + " acknowledged: " + request.getSide() + " " + QUANTITY + " " + MARKET
                        + ", journalled and " + placed.getStatus());
        Order settled = follow(updates, placed.getOrderId());
        telemetry.flush();
        Optional<Trace> trace = awaitTrace(placed.getTraceId());
        trace.ifPresent(found -> step("trace " + found.traceId() + " has "
                + found.spans().size() + " spans of " + String.join(", ", found.services())));
        return new Outcome(settled, placed.getTraceId(), trace, stageMillis);
    }

    /** The order is settled with or without its trace. */
    private Optional<Trace> awaitTrace(String traceId) throws InterruptedException {
        try {
            return traces.await(traceId, DemoOrder::isComplete, TRACE_TIMEOUT);
        } catch (PartFailedException away) {
            step("no trace: " + away.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isComplete(Trace trace) {
        Set<String> names = trace.spans().stream().map(Trace.Span::name).collect(Collectors.toSet());
        return names.containsAll(LAST_SPANS)
                && trace.services().containsAll(Set.of("envoy", "risk-svc"))
                && trace.isConnected();
    }

    /** Buys, or sells what an earlier demo bought, so that the house's inventory stays small. */
    private PlaceOrderRequest order(KeyPair sessionKey) {
        boolean isLong =
                client.risk().listPositions(ListPositionsRequest.getDefaultInstance()).getPositionsList().stream()
                        .anyMatch(position ->
                                position.getMarket().equals(MARKET) && new BigDecimal(position.getSize()).signum() > 0);
        Side side = isLong ? Side.SIDE_SELL : Side.SIDE_BUY;
        return client.marketOrder(MARKET, side, client.worstPrice(MARKET, side, SLIPPAGE), QUANTITY, sessionKey)
                .build();
    }

    private Order follow(Iterator<StreamOrdersResponse> updates, String orderId) {
        while (updates.hasNext()) {
            OrderUpdate update = updates.next().getUpdate();
            if (!update.getOrder().getOrderId().equals(orderId)) {
                continue;
            }
            tell(update);
            OrderStatus status = update.getOrder().getStatus();
            boolean unfilled = status == OrderStatus.ORDER_STATUS_CANCELLED
                    && update.getOrder().getFillsCount() == 0;
            if (update.getChange() == OrderChange.ORDER_CHANGE_SETTLED || unfilled) {
                return update.getOrder();
            }
        }
        throw new IllegalStateException("the order stream ended before the order was settled");
    }

    private void tell(OrderUpdate update) {
        switch (update.getChange()) {
            case ORDER_CHANGE_FILLED ->
                stage(
                        "filled",
                        "filled " + update.getFill().getQuantity() + " at "
                                + update.getFill().getPrice() + " USDC");
            case ORDER_CHANGE_SETTLEMENT_SENT ->
                stage(
                        "settlement_sent",
                        "sent to Solana as " + shorten(update.getFill().getSettlementSignature()));
            case ORDER_CHANGE_SETTLEMENT_CONFIRMED ->
                stage(
                        "confirmed",
                        "confirmed on chain in slot " + update.getFill().getSlot());
            case ORDER_CHANGE_SETTLEMENT_REVERTED -> stage("reverted", "the transaction expired and is sent again");
            case ORDER_CHANGE_CANCELLED ->
                stage("cancelled", "cancelled: " + update.getOrder().getCancelReason());
            case ORDER_CHANGE_SETTLED ->
                stage("settled", "the order is " + update.getOrder().getStatus());
            default -> {
                // The acknowledgement said it already.
            }
        }
    }

    private void stage(String stage, String text) {
        long millis = (System.nanoTime() - startNanos) / 1_000_000;
        stageMillis.putIfAbsent(stage, millis);
        journey.accept(String.format("  %6d ms  %s", millis, text));
    }

    private void step(String text) {
        journey.accept("             " + text);
    }

    private static String shorten(String base58) {
        return base58.length() <= 12 ? base58 : base58.substring(0, 8) + "…";
    }
}
