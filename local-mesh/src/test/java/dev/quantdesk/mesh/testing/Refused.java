package dev.quantdesk.mesh.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.mesh.client.Refusal;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.function.Executable;

/** Asserts refusals. */
public final class Refused {
    private Refused() {}

    /** Asserts that the call is refused with this code and reason, and gives the refusal back for a closer look. */
    public static Refusal with(Status.Code code, String reason, Executable call) {
        Refusal refusal = Refusal.of(assertThrows(StatusRuntimeException.class, call));
        assertEquals(code + " " + reason, refusal.code() + " " + refusal.reason(), refusal.toString());
        return refusal;
    }
}
