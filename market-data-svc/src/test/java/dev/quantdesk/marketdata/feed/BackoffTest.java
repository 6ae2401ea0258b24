package dev.quantdesk.marketdata.feed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BackoffTest {
    private final Backoff backoff =
            new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_000), new SplittableRandom(5));

    private void assertNextWithin(long lowest, long highest) {
        long pause = backoff.next().toMillis();
        assertTrue(pause >= lowest && pause <= highest, pause + " ms is not from " + lowest + " to " + highest);
    }

    @Test
    void shouldGrowToItsLongestAndStartOverAfterASuccess() {
        assertNextWithin(50, 100);
        assertNextWithin(100, 200);
        assertNextWithin(200, 400);
        assertNextWithin(400, 800);
        for (int i = 0; i < 100; i++) {
            assertNextWithin(500, 1_000);
        }
        backoff.reset();
        assertNextWithin(50, 100);
    }
}
