package dev.quantdesk.mesh.trace;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.process.PartFailedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TraceServerTest {
    private static Trace.Span span(String id, String parent) {
        return new Trace.Span(id, parent, "risk-svc", "span " + id, "SERVER", 1, 1, Map.of());
    }

    @Test
    void shouldSayWhereItLookedWhenTheTraceServerIsAway() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TraceServer traces = new TraceServer("http://localhost:" + port)) {
            PartFailedException away = assertThrows(PartFailedException.class, () -> traces.findByOrder("1"));
            assertTrue(away.getMessage().contains("localhost:" + port), away.getMessage());
            assertThrows(
                    PartFailedException.class, () -> traces.await("00", Trace::isConnected, Duration.ofSeconds(10)));
        }
    }

    @Test
    void shouldBeConnectedWhenEverySpanHasTheOneAboveIt() {
        assertTrue(new Trace("t", List.of(span("1", ""), span("2", "1"))).isConnected());
        assertFalse(new Trace("t", List.of(span("1", ""), span("3", "2"))).isConnected());
    }
}
