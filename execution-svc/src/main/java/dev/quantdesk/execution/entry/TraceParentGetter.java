package dev.quantdesk.execution.entry;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;

/** Reads a trace context that is a lone W3C {@code traceparent}. */
enum TraceParentGetter implements TextMapGetter<String> {
    INSTANCE;

    private static final String NAME = "traceparent";

    @Override
    public Iterable<String> keys(String carrier) {
        return List.of(NAME);
    }

    @Override
    public String get(String carrier, String key) {
        return key.equals(NAME) ? carrier : null;
    }
}
