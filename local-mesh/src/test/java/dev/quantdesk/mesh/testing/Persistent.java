package dev.quantdesk.mesh.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.client.Refusal;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** Calls while parts are killed and come back. */
public final class Persistent {
    /** Codes of refusals that pass once the part is back. */
    static final Set<String> PASSING = Set.of("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL");

    private static final int ATTEMPTS_MAX = 1_200;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private Persistent() {}

    /** A part that comes back, and the gateway's view of it, take their time: also after the part itself says it is healthy. */
    public static <T> T untilAnswered(Supplier<T> call) throws InterruptedException {
        Refusal last = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                return call.get();
            } catch (StatusRuntimeException refused) {
                last = Refusal.of(refused);
                assertTrue(PASSING.contains(last.code().name()), last.toString());
                Thread.sleep(PAUSE);
            }
        }
        throw new AssertionError("never answered: " + last);
    }
}
