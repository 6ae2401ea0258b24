package dev.quantdesk.kit.rpc;

import dev.quantdesk.kit.identity.Identity;
import io.vertx.core.MultiMap;
import io.vertx.core.Timer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a handler knows of the call besides its message.
 *
 * @param identityToken the verified token, to be handed on to other services; empty for {@link Access#GATEWAY}
 * @param headers request headers
 * @param deadlineNanos {@link System#nanoTime()} at which the caller stops waiting; {@link Long#MAX_VALUE} for never
 */
public record Call(
        Identity identity, String identityToken, MultiMap headers, MultiMap responseHeaders, long deadlineNanos) {

    /** The trader of the call; only for methods bound with {@link Access#TRADER}. */
    public Identity.Trader trader() {
        return (Identity.Trader) identity;
    }

    static long deadlineNanos(GrpcServerRequest<?, ?> request) {
        return request.timeout() > 0
                ? System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.timeout())
                : Long.MAX_VALUE;
    }

    /** For a call whose client has gone: Vert.x would try to answer it when its deadline comes, and log that it can't. */
    static void forgetDeadline(GrpcServerRequest<?, ?> request) {
        Timer deadline = request.deadline();
        if (deadline != null) {
            deadline.cancel();
        }
    }

    /** Time that is left to answer, at most {@code most}, at least nothing. */
    public Duration timeLeft(Duration most) {
        if (deadlineNanos == Long.MAX_VALUE) {
            return most;
        }
        long left = Math.max(0, deadlineNanos - System.nanoTime());
        return left < most.toNanos() ? Duration.ofNanos(left) : most;
    }
}
