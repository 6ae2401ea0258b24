package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The spans of one batch. The batch has a trace of its own, in which the calls to the node are. Each of its orders that
 * was placed in a sampled trace has a {@code settlement} span in that trace, from submission to confirmation, with the
 * sending and the confirmation inside; batch and orders are joined by links. Used by the worker's thread only.
 */
final class BatchTrace {
    static final String BATCH_SPAN = "settlement batch";
    static final String ORDER_SPAN = "settlement";
    static final String SEND_SPAN = "solana sendTransaction";
    static final String CONFIRM_SPAN = "solana confirm";

    private static final AttributeKey<List<Long>> TRADE_IDS = AttributeKey.longArrayKey("quantdesk.trade_ids");
    private static final AttributeKey<Long> ORDER_ID = AttributeKey.longKey("quantdesk.order_id");
    private static final AttributeKey<String> SIGNATURE = AttributeKey.stringKey("solana.signature");
    private static final AttributeKey<Long> SLOT = AttributeKey.longKey("solana.slot");
    private static final AttributeKey<Boolean> RECOVERED = AttributeKey.booleanKey("quantdesk.recovered");

    private final Tracer tracer;
    private final Span batch;
    private final List<OrderSpans> orders = new ArrayList<>();

    private static final class OrderSpans {
        final Span settlement;
        Span step = Span.getInvalid();

        OrderSpans(Span settlement) {
            this.settlement = settlement;
        }
    }

    private record OrderTrades(SignedOrder order, List<Long> tradeIds) {}

    private BatchTrace(Tracer tracer, List<Fill> fills) {
        this.tracer = tracer;
        batch = tracer.spanBuilder(BATCH_SPAN)
                .setNoParent()
                .setAttribute(TRADE_IDS, fills.stream().map(Fill::tradeId).toList())
                .startSpan();
    }

    /** Begins the batch's own trace; the orders' spans follow with {@link #submitting}. */
    static BatchTrace begin(Telemetry telemetry, List<Fill> fills) {
        return new BatchTrace(telemetry.tracer(), fills);
    }

    /** Takes the traces of a batch up again that was submitted before a restart; it waits for confirmation. */
    static BatchTrace resume(Telemetry telemetry, Submission submission) {
        BatchTrace trace = begin(telemetry, submission.fills);
        trace.submitting(submission);
        trace.startStep(CONFIRM_SPAN, SpanKind.INTERNAL);
        return trace;
    }

    /** Makes the batch's span the parent of what is done until the scope is closed. */
    Scope makeCurrent() {
        return batch.makeCurrent();
    }

    /** The orders' spans begin, at the time of the submission. */
    void submitting(Submission submission) {
        batch.setAttribute(SIGNATURE, submission.signatureText).setAttribute(RECOVERED, submission.recovered);
        for (OrderTrades each : sampledOrders(submission.fills)) {
            Span span = tracer.spanBuilder(ORDER_SPAN)
                    .setParent(parent(each.order().trace()))
                    .setStartTimestamp(submission.submittedMillis, TimeUnit.MILLISECONDS)
                    .setAttribute(ORDER_ID, each.order().orderId())
                    .setAttribute(TRADE_IDS, each.tradeIds())
                    .setAttribute(SIGNATURE, submission.signatureText)
                    .setAttribute(RECOVERED, submission.recovered)
                    .addLink(batch.getSpanContext())
                    .startSpan();
            batch.addLink(span.getSpanContext());
            orders.add(new OrderSpans(span));
        }
    }

    void sending() {
        startStep(SEND_SPAN, SpanKind.CLIENT);
    }

    /** The node has the transaction; the wait for confirmation begins. */
    void sent() {
        endStep();
        startStep(CONFIRM_SPAN, SpanKind.INTERNAL);
    }

    void sendFailed(SolanaException failure) {
        orders.forEach(order -> Telemetry.fail(order.step, failure));
        endStep();
    }

    void confirmed(long slot) {
        orders.forEach(order -> order.settlement.setAttribute(SLOT, slot));
        batch.setAttribute(SLOT, slot);
        end();
    }

    /** The transaction failed or expired; its fills will be in another batch, with spans of their own. */
    void failed(String reason) {
        orders.forEach(order -> {
            order.step.setStatus(StatusCode.ERROR, reason);
            order.settlement.setStatus(StatusCode.ERROR, reason);
        });
        batch.setStatus(StatusCode.ERROR, reason);
        end();
    }

    private void end() {
        endStep();
        orders.forEach(order -> order.settlement.end());
        batch.end();
    }

    private void startStep(String name, SpanKind kind) {
        for (OrderSpans order : orders) {
            order.step = tracer.spanBuilder(name)
                    .setSpanKind(kind)
                    .setParent(Context.root().with(order.settlement))
                    .startSpan();
        }
    }

    private void endStep() {
        orders.forEach(order -> order.step.end());
    }

    private static Iterable<OrderTrades> sampledOrders(List<Fill> fills) {
        Map<Long, OrderTrades> orders = new LinkedHashMap<>();
        for (Fill fill : fills) {
            for (SignedOrder order : List.of(fill.maker(), fill.taker())) {
                if (isSampled(order.trace())) {
                    orders.computeIfAbsent(order.orderId(), _ -> new OrderTrades(order, new ArrayList<>()))
                            .tradeIds()
                            .add(fill.tradeId());
                }
            }
        }
        return orders.values();
    }

    private static boolean isSampled(TraceParent trace) {
        return (trace.traceIdHigh() | trace.traceIdLow()) != 0
                && trace.spanId() != 0
                && TraceFlags.fromByte(trace.flags()).isSampled();
    }

    private static Context parent(TraceParent trace) {
        return Telemetry.remote(
                TraceId.fromLongs(trace.traceIdHigh(), trace.traceIdLow()),
                SpanId.fromLong(trace.spanId()),
                trace.flags());
    }
}
