package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.WAIT;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** The spans of a call on both its sides. */
@Timeout(20)
class CallTraceTest {
    private static final GetOrderBookRequest BOOK =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();
    private static final String METHOD = "quantdesk.marketdata.v1.MarketDataService/GetOrderBook";
    private static final String STREAM = "quantdesk.marketdata.v1.MarketDataService/StreamTrades";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final Telemetry telemetry = Telemetry.of(sdk);

    @AfterEach
    void close() {
        sdk.close();
    }

    private SpanData span(String name, SpanKind kind) throws InterruptedException {
        AtomicReference<SpanData> found = new AtomicReference<>();
        TestMesh.await(kind + " span " + name, () -> {
            exporter.getFinishedSpanItems().stream()
                    .filter(span -> span.getName().equals(name) && span.getKind() == kind)
                    .forEach(found::set);
            return found.get() != null;
        });
        return found.get();
    }

    private static Object attribute(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    @Test
    void shouldHangTheServersSpanUnderTheClientsAndTheHandlersUnderTheServers() throws Exception {
        AtomicReference<String> logged = new AtomicReference<>();
        try (TestMesh mesh = mesh().withTelemetry(telemetry)
                .answeringBooks((_, _) -> {
                    logged.set(MDC.get("trace_id"));
                    telemetry.tracer().spanBuilder("inside").startSpan().end();
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .start()) {
            RpcClient client = mesh.client(telemetry);
            Span outer = telemetry.tracer().spanBuilder("outer").startSpan();
            try (Scope _ = outer.makeCurrent()) {
                client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT);
            } finally {
                outer.end();
            }
        }
        SpanData outer = span("outer", SpanKind.INTERNAL);
        SpanData client = span(METHOD, SpanKind.CLIENT);
        SpanData server = span(METHOD, SpanKind.SERVER);
        SpanData inside = span("inside", SpanKind.INTERNAL);
        assertEquals(outer.getSpanId(), client.getParentSpanId());
        assertEquals(client.getSpanId(), server.getParentSpanId());
        assertEquals(server.getSpanId(), inside.getParentSpanId());
        assertEquals(outer.getTraceId(), inside.getTraceId());
        assertEquals(outer.getTraceId(), logged.get());
        for (SpanData span : new SpanData[] {client, server}) {
            assertEquals("grpc", attribute(span, "rpc.system"));
            assertEquals("quantdesk.marketdata.v1.MarketDataService", attribute(span, "rpc.service"));
            assertEquals("GetOrderBook", attribute(span, "rpc.method"));
            assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        }
        assertEquals(0L, server.getAttributes().get(AttributeKey.longKey("rpc.grpc.status_code")));
    }

    @Test
    void shouldBeginATraceWhenTheCallerHasNone() throws Exception {
        try (TestMesh mesh = mesh().withTelemetry(telemetry).start()) {
            RpcClient client = mesh.client();
            client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT);
            client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT);
        }
        var spans = exporter.getFinishedSpanItems();
        assertEquals(2, spans.size());
        assertEquals(SpanId.getInvalid(), spans.get(0).getParentSpanId());
        assertNotEquals(spans.get(0).getTraceId(), spans.get(1).getTraceId());
    }

    @Test
    void shouldMarkBothSpansWhenTheCallIsRefused() throws Exception {
        try (TestMesh mesh = mesh().withTelemetry(telemetry)
                .answeringBooks((_, _) -> {
                    throw ApiException.refuse(Reason.UNKNOWN_MARKET, "no such market")
                            .build();
                })
                .start()) {
            RpcClient client = mesh.client(telemetry);
            assertThrows(
                    ApiException.class,
                    () -> client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT));
        }
        for (SpanKind kind : new SpanKind[] {SpanKind.SERVER, SpanKind.CLIENT}) {
            SpanData span = span(METHOD, kind);
            assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode(), kind.toString());
            assertEquals("no such market", span.getStatus().getDescription());
            assertEquals("UNKNOWN_MARKET", attribute(span, "error.type"));
            assertEquals(5L, span.getAttributes().get(AttributeKey.longKey("rpc.grpc.status_code")));
        }
    }

    @Test
    void shouldKeepTheExceptionsNameOnTheServersSpanOnly() throws Exception {
        try (TestMesh mesh = mesh().withTelemetry(telemetry)
                .answeringBooks((_, _) -> {
                    throw new IllegalStateException("secret");
                })
                .start()) {
            RpcClient client = mesh.client(telemetry);
            assertThrows(
                    ApiException.class,
                    () -> client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT));
        }
        assertEquals("java.lang.IllegalStateException", attribute(span(METHOD, SpanKind.SERVER), "error.type"));
        assertEquals("INTERNAL", attribute(span(METHOD, SpanKind.CLIENT), "error.type"));
    }

    @Test
    void shouldEndTheServersSpanOfAStreamWhenTheStreamEnds() throws Exception {
        try (TestMesh mesh = mesh().withTelemetry(telemetry).start()) {
            RpcClient client = mesh.client(telemetry);
            try (var stream = client.stream(
                    VxMarketDataServiceGrpcClient.StreamTrades,
                    StreamTradesRequest.newBuilder().setMarket("ETH-PERP").build(),
                    mesh.anonymous(),
                    WAIT)) {
                assertThrows(ApiException.class, () -> stream.next(WAIT));
            }
        }
        SpanData server = span(STREAM, SpanKind.SERVER);
        assertEquals(span(STREAM, SpanKind.CLIENT).getSpanId(), server.getParentSpanId());
        assertTrue(server.hasEnded());
    }
}
