package dev.quantdesk.kit.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Tracing of one process, set up by the standard {@code OTEL_*} environment variables. Spans follow OpenTelemetry's
 * semantic conventions. Thread-safe.
 */
public final class Telemetry implements AutoCloseable {
    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(3);

    private final OpenTelemetry openTelemetry;
    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;
    private final Supplier<Context> outgoing;

    private Telemetry(OpenTelemetry openTelemetry, OpenTelemetrySdk sdk, Supplier<Context> outgoing) {
        this.openTelemetry = openTelemetry;
        this.sdk = sdk;
        this.outgoing = outgoing;
        this.tracer = openTelemetry.getTracer("dev.quantdesk");
    }

    /** Starts tracing for {@code service}; {@code OTEL_SERVICE_NAME} overrides the name. */
    public static Telemetry start(String service) {
        OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> Map.of(
                        "otel.service.name", service,
                        "otel.traces.exporter", "none",
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none",
                        "otel.propagators", "tracecontext",
                        "otel.bsp.schedule.delay", "500"))
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
        return new Telemetry(sdk, sdk, Context::current);
    }

    /** For tests and tools that trace nothing. */
    public static Telemetry none() {
        return new Telemetry(OpenTelemetry.noop(), null, Context::current);
    }

    /** For a client whose calls nobody follows: each asks every service on its way not to record it. */
    public static Telemetry unsampled() {
        return new Telemetry(
                OpenTelemetry.propagating(ContextPropagators.create(W3CTraceContextPropagator.getInstance())),
                null,
                () -> remote(
                        IdGenerator.random().generateTraceId(),
                        IdGenerator.random().generateSpanId(),
                        TraceFlags.getDefault().asByte()));
    }

    /** Uses an SDK that the caller owns, such as one with an in-memory exporter. */
    public static Telemetry of(OpenTelemetry openTelemetry) {
        return new Telemetry(openTelemetry, null, Context::current);
    }

    public Tracer tracer() {
        return tracer;
    }

    /** Runs {@code work} inside a span of the current trace; a failure becomes the span's error status. */
    public <T> T inSpan(String name, SpanKind kind, Map<String, String> attributes, Callable<T> work) throws Exception {
        var builder = tracer.spanBuilder(name).setSpanKind(kind);
        attributes.forEach(builder::setAttribute);
        Span span = builder.startSpan();
        try (Scope _ = span.makeCurrent()) {
            return work.call();
        } catch (Exception failure) {
            fail(span, failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    public static void fail(Span span, Throwable failure) {
        span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
        span.setAttribute("error.type", failure.getClass().getName());
    }

    /** The context that a caller sent along, or the root context. */
    public <C> Context extract(C carrier, TextMapGetter<C> getter) {
        return openTelemetry.getPropagators().getTextMapPropagator().extract(Context.root(), carrier, getter);
    }

    /** Hands the current trace context to {@code setter} as header names and values. */
    public void inject(BiConsumer<String, String> setter) {
        openTelemetry
                .getPropagators()
                .getTextMapPropagator()
                .inject(outgoing.get(), setter, (carrier, key, value) -> carrier.accept(key, value));
    }

    /** A span context that was stored, as a parent for new spans. */
    public static Context remote(String traceId, String spanId, byte flags) {
        SpanContext context = SpanContext.createFromRemoteParent(
                traceId, spanId, TraceFlags.fromByte(flags), TraceState.getDefault());
        return Context.root().with(Span.wrap(context));
    }

    /** Hands all finished spans to the exporter; waits at most three seconds. */
    public void flush() {
        if (sdk != null) {
            sdk.getSdkTracerProvider().forceFlush().join(FLUSH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        if (sdk != null) {
            sdk.shutdown().join(FLUSH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
