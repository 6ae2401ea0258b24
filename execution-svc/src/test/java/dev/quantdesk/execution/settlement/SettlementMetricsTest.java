package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementMetricsTest {
    private final SettlementScenario scenario = new SettlementScenario();

    @Test
    void shouldCountWhatWasSettledAndHowLongItTook() throws IOException {
        scenario.trade(0, 1);
        scenario.trade(2, 3);

        scenario.passUntilSettled(3_000);
        scenario.pass(50);

        assertEquals(2, value("settlement_confirmed_trades_total"));
        assertEquals(1, value("settlement_confirmed_transactions_total"));
        assertEquals(2, value("settlement_fill_to_confirmation_seconds_count"));
        double seconds = value("settlement_fill_to_confirmation_seconds_sum") / 2;
        assertTrue(seconds > 0.5 && seconds < 2, () -> seconds + " s on the scripted chain");
        double slots = value("settlement_confirmation_slots_sum");
        assertTrue(slots >= 2 && slots <= 6, () -> slots + " slots on the scripted chain");
        assertEquals(0, value("settlement_pending_trades"));
        assertEquals(0, value("settlement_batches_in_flight"));
    }

    @Test
    void shouldShowWhatWaitsWhenTheNodeIsDown() throws IOException {
        scenario.chain.down = true;
        scenario.trade(0, 1);

        scenario.pass(2_000);

        assertEquals(1, value("settlement_pending_trades"));
        assertTrue(value("settlement_node_failures_total") >= 2);
    }

    @Test
    void shouldShowTheQuarantineWhenAFillIsRejected() throws IOException {
        scenario.chain.refusedInPreflight = memo -> true;
        scenario.trade(0, 1);

        scenario.pass(1_000);

        assertEquals(1, value("settlement_quarantined_trades"));
        assertEquals(1, value("settlement_reverted_transactions_total{cause=\"rejected\"}"));
    }

    private double value(String name) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, scenario.metrics.scrape());
        return text.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }
}
