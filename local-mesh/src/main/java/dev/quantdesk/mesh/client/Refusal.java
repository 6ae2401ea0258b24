package dev.quantdesk.mesh.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;

/** What a refusal of the mesh says. @param reason reason of the {@code ErrorInfo}, empty where there is none */
public record Refusal(io.grpc.Status.Code code, String reason, String message, Map<String, String> metadata) {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    public static Refusal of(StatusRuntimeException refused) {
        Optional<ErrorInfo> info = info(refused);
        return new Refusal(
                refused.getStatus().getCode(),
                info.map(ErrorInfo::getReason).orElse(""),
                String.valueOf(refused.getStatus().getDescription()),
                info.map(ErrorInfo::getMetadataMap).orElse(Map.of()));
    }

    /** The whole status that came with the refusal. */
    public static Optional<Status> status(StatusRuntimeException refused) {
        byte[] details =
                refused.getTrailers() == null ? null : refused.getTrailers().get(DETAILS);
        if (details == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Status.parseFrom(details));
        } catch (InvalidProtocolBufferException broken) {
            throw new IllegalStateException("details that do not parse", broken);
        }
    }

    private static Optional<ErrorInfo> info(StatusRuntimeException refused) {
        return status(refused)
                .flatMap(status -> status.getDetailsList().stream()
                        .filter(detail -> detail.is(ErrorInfo.class))
                        .findFirst()
                        .map(Refusal::unpack));
    }

    private static ErrorInfo unpack(Any detail) {
        try {
            return detail.unpack(ErrorInfo.class);
        } catch (InvalidProtocolBufferException broken) {
            throw new IllegalStateException("an ErrorInfo that does not parse", broken);
        }
    }

    @Override
    public String toString() {
        return code + (reason.isEmpty() ? "" : " " + reason) + ": " + message
                + (metadata.isEmpty() ? "" : " " + metadata);
    }
}
