package dev.quantdesk.intelligence.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PressureDetectorTest {
    private final PressureDetector detector = new PressureDetector(new PressureDetector.Settings(3, 1.5, 2));

    /** The reports for a row of scores: B, S or a dot for none. */
    private String reports(double... scores) {
        StringBuilder text = new StringBuilder();
        Arrays.stream(scores)
                .mapToObj(detector::observe)
                .forEach(side -> text.append(side.map(s -> s == PressureDetector.Side.BUY ? "B" : "S")
                        .orElse(".")));
        return text.toString();
    }

    @Test
    void shouldReportWhenTheThresholdIsReachedInEitherDirection() {
        assertEquals("..B", reports(0, 2.99, 3));
        assertEquals("S", reports(-3));
    }

    @Test
    void shouldNotRepeatWhileThePressureLasts() {
        assertEquals("B.....", reports(3.5, 4, 2, 3.1, 1.6, 9));
    }

    @Test
    void shouldNotRepeatWhenItWasQuietForTooShort() {
        assertEquals("B...", reports(3.5, 0, 2, 5));
        assertEquals("..", reports(0, 5));
    }

    @Test
    void shouldRepeatWhenItWasQuietLongEnough() {
        assertEquals("B..B", reports(3.5, 0, -1.4, 5));
    }

    @Test
    void shouldReportTheOtherDirectionAtOnce() {
        assertEquals("BS.B", reports(3.5, -3.5, -4, 3.5));
    }

    @Test
    void shouldRefuseSettingsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new PressureDetector.Settings(1, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new PressureDetector.Settings(3, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new PressureDetector.Settings(Double.NaN, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new PressureDetector.Settings(3, 1, 0));
        assertEquals(Optional.empty(), detector.observe(0));
    }
}
