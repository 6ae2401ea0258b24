package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.TraceParent;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times and traces in the contract's forms. */
@Timeout(5)
class WireTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 999, 1_000, 1_750_000_000_123L, -1, -1_000})
    void shouldWriteMillisecondsAsTheSameInstant(long millis) {
        assertEquals(Wire.time(Instant.ofEpochMilli(millis)), Wire.time(millis));
        assertEquals(
                Instant.ofEpochMilli(millis),
                Instant.ofEpochSecond(
                        Wire.time(millis).getSeconds(), Wire.time(millis).getNanos()));
    }

    @Test
    void shouldPadTraceIdsAndFlags() {
        TraceParent trace = new TraceParent(1, -2, 0x0A, (byte) 1);
        assertEquals("0000000000000001fffffffffffffffe", Wire.traceId(trace));
        assertEquals("00-0000000000000001fffffffffffffffe-000000000000000a-01", Wire.traceparent(trace));
        assertEquals(
                "00-00000000000000000000000000000001-0000000000000001-ff",
                Wire.traceparent(new TraceParent(0, 1, 1, (byte) -1)));
    }

    @Test
    void shouldBeEmptyWithoutATrace() {
        assertEquals("", Wire.traceId(TraceParent.NONE));
        assertEquals("", Wire.traceparent(TraceParent.NONE));
    }
}
