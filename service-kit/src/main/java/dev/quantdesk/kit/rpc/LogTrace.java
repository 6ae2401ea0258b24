package dev.quantdesk.kit.rpc;

import io.opentelemetry.api.trace.Span;
import org.slf4j.MDC;

/** Puts a span's ids on every log line of this thread until closed. */
public final class LogTrace implements AutoCloseable {
    private LogTrace() {}

    public static LogTrace of(Span span) {
        MDC.put("trace_id", span.getSpanContext().getTraceId());
        MDC.put("span_id", span.getSpanContext().getSpanId());
        return new LogTrace();
    }

    @Override
    public void close() {
        MDC.remove("trace_id");
        MDC.remove("span_id");
    }
}
