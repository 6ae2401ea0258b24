package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SnapshotPolicyTest {
    private static final SnapshotPolicy POLICY = new SnapshotPolicy(5_000, Duration.ofHours(2));

    @Test
    void shouldBeDueAfterSoManyMessagesButNotMoreThanOnceAMinute() {
        assertEquals(true, POLICY.isDue(5_000, Duration.ofMinutes(1)));
        assertEquals(false, POLICY.isDue(4_999, Duration.ofMinutes(119)));
        assertEquals(false, POLICY.isDue(5_000_000, Duration.ofSeconds(59)));
    }

    @Test
    void shouldBeDueAfterSomeTimeWhereAnythingHappened() {
        assertEquals(true, POLICY.isDue(1, Duration.ofHours(2)));
        assertEquals(false, POLICY.isDue(0, Duration.ofDays(9)));
    }

    @Test
    void shouldRefuseSettingsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new SnapshotPolicy(999, Duration.ofHours(1)));
        assertThrows(IllegalArgumentException.class, () -> new SnapshotPolicy(1_000, Duration.ofSeconds(59)));
        assertThrows(IllegalArgumentException.class, () -> new SnapshotPolicy(1_000, Duration.ofDays(31)));
    }
}
