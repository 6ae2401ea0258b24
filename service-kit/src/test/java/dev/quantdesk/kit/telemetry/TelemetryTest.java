package dev.quantdesk.kit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    @Test
    void shouldAskNotToBeRecordedWhenNobodyFollowsTheCalls() {
        Telemetry telemetry = Telemetry.unsampled();
        Map<String, String> first = new HashMap<>();
        Map<String, String> second = new HashMap<>();
        telemetry.inject(first::put);
        telemetry.inject(second::put);

        assertTrue(first.get("traceparent").matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), first.toString());
        assertNotEquals(first, second);
    }

    @Test
    void shouldSendNoTraceWhenThereIsNone() {
        Map<String, String> headers = new HashMap<>();
        Telemetry.none().inject(headers::put);
        assertEquals(Map.of(), headers);
    }
}
