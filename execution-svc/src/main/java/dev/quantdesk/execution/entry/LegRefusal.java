package dev.quantdesk.execution.entry;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.quantdesk.kit.rpc.ApiException;

/** Names the leg of a bracket that a refusal is about. Pure. */
final class LegRefusal {
    private LegRefusal() {}

    /** The same refusal, with the leg in its text, in its {@code ErrorInfo} as {@code leg}, and before its fields. */
    static ApiException of(String leg, ApiException refusal) {
        Status status = refusal.status();
        Status.Builder named = Status.newBuilder()
                .setCode(status.getCode())
                .setMessage("The bracket is refused for " + leg + ": " + status.getMessage());
        for (Any detail : status.getDetailsList()) {
            named.addDetails(named(leg, detail));
        }
        return ApiException.of(named.build());
    }

    private static Any named(String leg, Any detail) {
        try {
            if (detail.is(ErrorInfo.class)) {
                return Any.pack(detail.unpack(ErrorInfo.class).toBuilder()
                        .putMetadata("leg", leg)
                        .build());
            }
            if (detail.is(BadRequest.class)) {
                BadRequest.Builder fields = detail.unpack(BadRequest.class).toBuilder();
                fields.getFieldViolationsBuilderList().forEach(field -> field.setField(leg + "." + field.getField()));
                return Any.pack(fields.build());
            }
            return detail;
        } catch (InvalidProtocolBufferException broken) {
            // Of another service: handed on as it came.
            return detail;
        }
    }
}
