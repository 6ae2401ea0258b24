package dev.quantdesk.kit.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A refusal with everything the caller is told: a {@code google.rpc.Status} whose first detail is an {@code ErrorInfo}.
 * Has no stack trace, for it is an answer, not a fault.
 */
public final class ApiException extends RuntimeException {
    /** Domain of every {@code ErrorInfo} of the mesh. */
    public static final String DOMAIN = "quantdesk";

    private static final long serialVersionUID = 1L;

    private final transient Status status;

    private ApiException(Status status) {
        super(status.getMessage(), null, false, false);
        this.status = status;
    }

    /** Takes over the status that another service answered with. */
    public static ApiException of(Status status) {
        return new ApiException(status);
    }

    public static Builder refuse(Reason reason, String message) {
        return new Builder(reason, message);
    }

    public Status status() {
        return status;
    }

    /** The {@code ErrorInfo} reason, or an empty text where the status has none. */
    public String reason() {
        for (Any detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return detail.unpack(ErrorInfo.class).getReason();
                } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                    // Details come from peers too: what does not parse gives no reason.
                    return "";
                }
            }
        }
        return "";
    }

    /** Collects what a refusal says. */
    public static final class Builder {
        private final Reason reason;
        private final String message;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final BadRequest.Builder violations = BadRequest.newBuilder();
        private Message further;
        private java.time.Duration retryAfter;

        private Builder(Reason reason, String message) {
            this.reason = reason;
            this.message = message;
        }

        /** Adds a figure that a client can use: a limit, a value, a bound, the smallest change that would pass. */
        public Builder with(String key, String value) {
            metadata.put(key, value);
            return this;
        }

        public Builder field(String field, String description) {
            violations.addFieldViolations(BadRequest.FieldViolation.newBuilder()
                    .setField(field)
                    .setDescription(description)
                    .setReason(reason.name()));
            return this;
        }

        public Builder retryAfter(java.time.Duration delay) {
            this.retryAfter = delay;
            return this;
        }

        /** Adds one more detail message, such as a {@code PreconditionFailure}. */
        public Builder detail(Message message) {
            this.further = message;
            return this;
        }

        public ApiException build() {
            Status.Builder status =
                    Status.newBuilder().setCode(reason.status().code).setMessage(message);
            status.addDetails(Any.pack(ErrorInfo.newBuilder()
                    .setReason(reason.name())
                    .setDomain(DOMAIN)
                    .putAllMetadata(metadata)
                    .build()));
            if (violations.getFieldViolationsCount() > 0) {
                status.addDetails(Any.pack(violations.build()));
            }
            if (further != null) {
                status.addDetails(Any.pack(further));
            }
            if (retryAfter != null) {
                status.addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder()
                                .setSeconds(retryAfter.toSeconds())
                                .setNanos(retryAfter.toNanosPart()))
                        .build()));
            }
            return new ApiException(status.build());
        }
    }
}
