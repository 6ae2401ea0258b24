package dev.quantdesk.mesh.demo;

import dev.quantdesk.mesh.trace.Trace;
import dev.quantdesk.proto.execution.v1.Fill;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** A demo order's outcome as one JSON object. */
public final class DemoReport {
    private DemoReport() {}

    public static JsonObject json(DemoOrder.Outcome outcome) {
        JsonArray fills = new JsonArray();
        for (Fill fill : outcome.order().getFillsList()) {
            fills.add(new JsonObject()
                    .put("trade_id", fill.getTradeId())
                    .put("price", fill.getPrice())
                    .put("quantity", fill.getQuantity())
                    .put("settlement_signature", fill.getSettlementSignature())
                    .put("slot", fill.getSlot()));
        }
        List<Fill> all = outcome.order().getFillsList();
        JsonObject stages = new JsonObject();
        outcome.stageMillis().forEach(stages::put);
        return new JsonObject()
                .put("order_id", outcome.order().getOrderId())
                .put("status", outcome.order().getStatus().name().replace("ORDER_STATUS_", ""))
                .put("fills", fills)
                .put("settlement_signature", all.isEmpty() ? "" : all.getLast().getSettlementSignature())
                .put("slot", all.isEmpty() ? 0 : all.getLast().getSlot())
                .put("trace_id", outcome.traceId())
                .put(
                        "trace_spans",
                        outcome.trace().map(trace -> trace.spans().size()).orElse(0))
                .put(
                        "services",
                        new JsonArray(outcome.trace().map(Trace::services).map(List::copyOf).orElse(List.of()).stream()
                                .sorted()
                                .toList()))
                .put("stage_ms", stages);
    }
}
