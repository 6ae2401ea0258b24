package dev.quantdesk.intelligence.orderflow;

import static dev.quantdesk.intelligence.orderflow.OrderFlowImbalanceTest.quote;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class OrderFlowMeterTest {
    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");

    private final OrderFlowMeter meter = new OrderFlowMeter("SOL-PERP");
    private long sequence = 1;

    private void restart(double bidSize, long millis) {
        meter.restart(quote("100", bidSize, "102", 7), "SOL", sequence, T0.plusMillis(millis));
    }

    private Optional<OrderFlow> observe(double bidSize, long millis) {
        return meter.observe(quote("100", bidSize, "102", 7), ++sequence, T0.plusMillis(millis));
    }

    @Test
    void shouldSumTheChangesOfOneSecond() {
        restart(5, 100);
        assertTrue(observe(8, 200).isEmpty());
        assertTrue(observe(8, 300).isEmpty());
        assertTrue(observe(6, 999).isEmpty());
        OrderFlow flow = observe(60, 1_000).orElseThrow();
        assertEquals(new OrderFlow("SOL-PERP", 1, 0, "SOL", 2, quote("100", 6, "102", 7), 4, T0), flow);
        assertEquals(T0.plusSeconds(1), flow.endTime());
        OrderFlow next = meter.advance(T0.plusMillis(2_000)).orElseThrow();
        assertEquals(54, next.imbalance());
        assertEquals(1, next.eventCount());
    }

    @Test
    void shouldReportNothingWhenTheBestQuoteDidNotChange() {
        restart(5, 0);
        observe(5, 500);
        assertTrue(meter.advance(T0.plusMillis(1_000)).isEmpty());
        assertTrue(meter.advance(T0.plusMillis(1_000)).isEmpty());
    }

    @Test
    void shouldCountALateChangeToTheOpenInterval() {
        restart(5, 0);
        meter.advance(T0.plusMillis(1_000));
        assertTrue(observe(6, 990).isEmpty());
        assertEquals(
                T0.plusSeconds(1),
                meter.advance(T0.plusMillis(2_000)).orElseThrow().startTime());
    }

    @Test
    void shouldAddNothingForWhatHappenedBeforeASnapshot() {
        restart(5, 0);
        observe(6, 100);
        restart(500, 200);
        observe(501, 300);
        assertEquals(2, meter.advance(T0.plusMillis(1_000)).orElseThrow().imbalance());
    }

    @Test
    void shouldDropAnIntervalThatABreakHasCutOff() {
        restart(5, 0);
        observe(6, 100);
        restart(5, 5_000);
        observe(7, 5_100);
        OrderFlow flow = meter.advance(T0.plusMillis(6_000)).orElseThrow();
        assertEquals(T0.plusSeconds(5), flow.startTime());
        assertEquals(2, flow.imbalance());
    }

    @Test
    void shouldCompareWithNothingWhenTheQuoteWasLost() {
        restart(5, 0);
        meter.quoteLost();
        observe(50, 100);
        observe(51, 200);
        OrderFlow flow = meter.advance(T0.plusMillis(1_000)).orElseThrow();
        assertEquals(1, flow.imbalance());
        assertEquals(1, flow.eventCount());
    }

    @Test
    void shouldScoreOnceThirtyIntervalsAreKnown() {
        restart(100, 0);
        for (int second = 0; second < 30; second++) {
            // Imbalances of +1 and -1 by turns: mean 0, sample deviation sqrt(30/29).
            OrderFlow flow = step(second % 2 == 0 ? 101 : 100, second);
            assertEquals(0, flow.score(), "at " + second);
        }
        assertEquals(10 / Math.sqrt(30 / 29.0), step(110, 30).score(), 1e-9);
    }

    private OrderFlow step(double bidSize, int second) {
        observe(bidSize, second * 1_000L + 500);
        return meter.advance(T0.plusMillis((second + 1) * 1_000L)).orElseThrow();
    }

    @Test
    void shouldCountQuietSecondsAsZeroInTheStatistics() {
        restart(100, 0);
        observe(104, 500);
        // Seconds 1 to 29 are quiet: 4 once and 0 29 times.
        observe(104, 30_000);
        observe(105, 30_500);
        double mean = 4 / 30.0;
        double deviation = Math.sqrt(((4 - mean) * (4 - mean) + 29 * mean * mean) / 29);
        assertEquals(
                (1 - mean) / deviation,
                meter.advance(T0.plusMillis(31_000)).orElseThrow().score(),
                1e-9);
    }
}
