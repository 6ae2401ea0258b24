package dev.quantdesk.kit.rpc;

import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.vertx.core.Vertx;
import java.time.Duration;

/** A server that waits for a slow reader as long as a test says. */
public final class PatientServer {
    private static final int CALLS_MAX = 16;
    private static final int STREAMS_MAX = 64;

    private PatientServer() {}

    public static RpcServer with(Vertx vertx, IdentityTokens.Verifier verifier, Duration patience) {
        return new RpcServer(vertx, Telemetry.none(), verifier, CALLS_MAX, STREAMS_MAX, patience);
    }
}
