package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.demo.DemoOrder;
import dev.quantdesk.mesh.demo.DemoReport;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.mesh.trace.Trace;
import dev.quantdesk.mesh.trace.TraceServer;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One order's way from the ticket to the chain, and its trace. */
@Timeout(180)
class OrderJourneyIT {
    private static DemoOrder.Outcome outcome;

    @BeforeAll
    static void placeOneOrder() throws Exception {
        MeshOptions options = TestMesh.get().options();
        System.setProperty("otel.traces.exporter", "zipkin");
        System.setProperty("otel.exporter.zipkin.endpoint", options.tracePage() + "/api/v2/spans");
        try (Telemetry telemetry = Telemetry.start("quantdesk-cli");
                TraceServer traces = TestMesh.traces();
                TraderClient client = new TraderClient(
                        "localhost", options.ports().gateway(), TestMesh.get().demoKey(), telemetry)) {
            outcome = new DemoOrder(client, telemetry, traces, System.out::println).run();
        }
    }

    @Test
    void shouldSettleOnChainWhenAnOrderIsFilled() {
        assertEquals(OrderStatus.ORDER_STATUS_SETTLED, outcome.order().getStatus());
        for (Fill fill : outcome.order().getFillsList()) {
            assertEquals(FillSettlement.FILL_SETTLEMENT_CONFIRMED, fill.getSettlement());
            assertTrue(fill.getSlot() > 0, "slot " + fill.getSlot());
        }
    }

    @Test
    void shouldCarryTheSignedIntentsAndTheDigestWhenSettled() throws Exception {
        String signature = outcome.order().getFills(0).getSettlementSignature();
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getTransaction\",\"params\":[\"" + signature
                + "\",{\"encoding\":\"json\",\"commitment\":\"confirmed\"}]}";
        try (HttpClient http = HttpClient.newHttpClient()) {
            String body = http.send(
                            HttpRequest.newBuilder(
                                            URI.create(TestMesh.get().options().solanaRpcUrl()))
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(request))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            JsonObject result = new JsonObject(body).getJsonObject("result");
            assertEquals(null, result.getJsonObject("meta").getValue("err"), body);
            List<?> programs = result.getJsonObject("transaction")
                    .getJsonObject("message")
                    .getJsonArray("accountKeys")
                    .getList();
            assertTrue(programs.contains("Ed25519SigVerify111111111111111111111111111"), body);
            assertTrue(programs.contains("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"), body);
        }
    }

    @Test
    void shouldHoldTheWholeWayInOneTraceWhenSettledAfterTheAnswer() {
        Trace trace = outcome.trace().orElseThrow();
        assertTrue(
                trace.services().containsAll(Set.of("quantdesk-cli", "envoy", "execution-svc", "risk-svc")),
                trace.render());
        Trace.Span client = only(trace, "quantdesk-cli", name -> name.equals("demo order"));
        Trace.Span place = only(trace, "execution-svc", name -> name.endsWith("orderservice/placeorder"));
        Trace.Span reserve = only(trace, "risk-svc", name -> name.endsWith("riskservice/reserveorder"));
        Trace.Span engine = only(trace, "execution-svc", name -> name.equals("engine placeorder"));
        Trace.Span settlement = only(trace, "execution-svc", name -> name.equals("settlement"));
        Trace.Span confirm = only(trace, "execution-svc", name -> name.equals("solana confirm"));
        Trace.Span send = only(trace, "execution-svc", name -> name.equals("solana sendtransaction"));

        assertEdge(trace, client, place, true);
        assertEdge(trace, place, reserve, true);
        assertEquals(place.id(), engine.parentId(), trace.render());
        assertEquals(place.id(), settlement.parentId(), trace.render());
        assertEquals(settlement.id(), confirm.parentId(), trace.render());
        assertEquals(settlement.id(), send.parentId(), trace.render());
        assertTrue(settlement.startMicros() > place.startMicros(), "settlement starts after the order was placed");
        assertEquals(
                List.of(), trace.spans().stream().filter(Trace.Span::failed).toList(), trace.render());
    }

    /** {@code below} lies under {@code above}, with spans of Envoy alone between them where {@code throughEnvoy}. */
    private static void assertEdge(Trace trace, Trace.Span above, Trace.Span below, boolean throughEnvoy) {
        List<Trace.Span> between = trace.ancestors(below).stream()
                .takeWhile(span -> !span.equals(above))
                .toList();
        assertTrue(
                trace.ancestors(below).contains(above),
                above.name() + " is not above " + below.name() + "\n" + trace.render());
        assertEquals(
                throughEnvoy,
                between.stream().anyMatch(span -> span.service().equals("envoy")),
                "Envoy between " + above.name() + " and " + below.name() + "\n" + trace.render());
    }

    private static Trace.Span only(Trace trace, String service, Predicate<String> name) {
        List<Trace.Span> found = trace.spans().stream()
                .filter(span ->
                        span.service().equals(service) && name.test(span.name().toLowerCase(java.util.Locale.ROOT)))
                .toList();
        assertEquals(1, found.size(), "spans of " + service + " found: " + found + "\n" + trace.render());
        return found.getFirst();
    }

    @Test
    void shouldReportEveryFigureWhenPrintedAsJson() {
        JsonObject report = DemoReport.json(outcome);
        assertEquals("SETTLED", report.getString("status"));
        assertEquals(outcome.order().getOrderId(), report.getString("order_id"));
        assertTrue(report.getLong("slot") > 0);
        assertTrue(report.getInteger("trace_spans") >= 8, report.encode());
        for (String service : List.of("envoy", "execution-svc", "risk-svc")) {
            assertTrue(report.getJsonArray("services").contains(service), report.encode());
        }
        assertTrue(report.getJsonObject("stage_ms")
                .fieldNames()
                .containsAll(Set.of("acknowledged", "filled", "confirmed", "settled")));
    }
}
