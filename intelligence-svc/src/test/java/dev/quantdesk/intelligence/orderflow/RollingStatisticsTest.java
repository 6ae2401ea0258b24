package dev.quantdesk.intelligence.orderflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RollingStatisticsTest {
    @Test
    void shouldScoreAgainstTheSampleOfTheValuesKept() {
        RollingStatistics statistics = new RollingStatistics(5, 4);
        for (double value : new double[] {2, 4, 4, 6}) {
            assertEquals(0, statistics.score(100), "too few values");
            statistics.add(value);
        }
        // Mean 4, squares 4 + 0 + 0 + 4 over 3.
        assertEquals((7 - 4) / Math.sqrt(8 / 3.0), statistics.score(7), 1e-12);
        assertEquals((1 - 4) / Math.sqrt(8 / 3.0), statistics.score(1), 1e-12);
    }

    @Test
    void shouldForgetTheOldestWhenTheWindowIsFull() {
        RollingStatistics statistics = new RollingStatistics(3, 2);
        for (double value : new double[] {1e9, -1e9, 1, 2, 3}) {
            statistics.add(value);
        }
        assertEquals(4, statistics.score(6), 1e-12);
    }

    @Test
    void shouldScoreNothingWhenAllValuesAreAlike() {
        RollingStatistics statistics = new RollingStatistics(5, 2);
        for (int i = 0; i < 5; i++) {
            statistics.add(0.1);
        }
        assertEquals(0, statistics.score(50));
    }
}
