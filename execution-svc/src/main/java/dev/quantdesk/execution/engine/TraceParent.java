package dev.quantdesk.execution.engine;

/** The W3C trace context an order travels with: 128-bit trace id, 64-bit parent span id, flags (bit 0: sampled). */
public record TraceParent(long traceIdHigh, long traceIdLow, long spanId, byte flags) {
    /** The context of a command that belongs to no trace. */
    public static final TraceParent NONE = new TraceParent(0, 0, 0, (byte) 0);
}
