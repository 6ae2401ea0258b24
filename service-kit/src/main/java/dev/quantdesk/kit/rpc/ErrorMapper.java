package dev.quantdesk.kit.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.quantdesk.kit.db.Database;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** The one place where failures become gRPC answers, and gRPC answers become failures again. */
public final class ErrorMapper {
    public static final String DETAILS_TRAILER = "grpc-status-details-bin";

    private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);

    private ErrorMapper() {}

    /** What the caller is told about {@code failure}. A fault of our own is logged here with its cause. */
    public static Status toStatus(String method, Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof java.util.concurrent.ExecutionException
                        || cause instanceof java.util.concurrent.CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ApiException refusal) {
            return refusal.status();
        }
        boolean storeUnreachable = cause instanceof JedisConnectionException
                || cause instanceof Database.DatabaseException refused
                        && refused.sqlState().isEmpty();
        if (storeUnreachable) {
            LOG.warn("{} failed for a store that does not answer: {}", method, cause.getMessage());
            return ApiException.refuse(
                            Reason.UPSTREAM_UNAVAILABLE, "A store of the service does not answer; try again.")
                    .build()
                    .status();
        }
        LOG.error("{} failed", method, cause);
        return ApiException.refuse(Reason.INTERNAL, "The service failed to answer.")
                .build()
                .status();
    }

    /** Ends the response with the status and its details. Must run on the response's context. */
    static void end(GrpcServerResponse<?, ?> response, Status status) {
        ifOpen(() -> {
            response.trailers().set(DETAILS_TRAILER, encode(status));
            response.status(GrpcStatus.valueOf(status.getCode()));
            response.statusMessage(status.getMessage());
            response.end();
        });
    }

    /** Runs {@code answer} unless the client has cancelled or the deadline has ended the response already. */
    static void ifOpen(Runnable answer) {
        try {
            answer.run();
        } catch (IllegalStateException ended) {
            LOG.debug("nobody waits for the answer any more: {}", ended.getMessage());
        }
    }

    /** The status as the value of the details trailer. */
    public static String encode(Status status) {
        return Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
    }

    /** Reads a peer's failure; a peer without details is reported as {@link Reason#UPSTREAM_UNAVAILABLE} or INTERNAL. */
    static ApiException fromPeer(String peer, GrpcStatus status, String message, MultiMap... headers) {
        for (MultiMap map : headers) {
            String details = map == null ? null : map.get(DETAILS_TRAILER);
            if (details != null) {
                try {
                    return ApiException.of(Status.parseFrom(Base64.getDecoder().decode(details)));
                } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
                    LOG.warn("{} answered with details that do not parse", peer, malformed);
                }
            }
        }
        Reason reason = status == GrpcStatus.UNAVAILABLE || status == GrpcStatus.DEADLINE_EXCEEDED
                ? Reason.UPSTREAM_UNAVAILABLE
                : Reason.INTERNAL;
        String text =
                peer + " answered " + status.name() + (message == null || message.isEmpty() ? "" : ": " + message);
        return ApiException.refuse(reason, text).with("peer", peer).build();
    }
}
