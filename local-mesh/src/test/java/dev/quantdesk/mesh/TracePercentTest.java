package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway records as many traces as the services are told to by the standard settings. */
class TracePercentTest {
    @ParameterizedTest
    @CsvSource({
        "'', 1, 100",
        "always_on, 1, 100",
        "parentbased_always_on, 0.5, 100",
        "always_off, 1, 0",
        "parentbased_always_off, 1, 0",
        "traceidratio, 0.25, 25",
        "parentbased_traceidratio, 0.001, 0.1",
        "parentbased_traceidratio, 1, 100",
        "traceidratio, 0, 0",
    })
    void shouldFollowTheStandardSettings(String sampler, String argument, String percent) {
        assertEquals(percent, MeshParts.tracePercent(sampler, argument));
    }
}
