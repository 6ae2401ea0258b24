package dev.quantdesk.risk.support;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.quantdesk.kit.rpc.ApiException;
import java.util.Map;
import java.util.Optional;

/** Reads the details of a refusal as a client does. */
public final class Details {
    private Details() {}

    public static Map<String, String> metadata(ApiException refusal) throws InvalidProtocolBufferException {
        return find(refusal, ErrorInfo.class).orElseThrow().getMetadataMap();
    }

    public static <T extends Message> Optional<T> find(ApiException refusal, Class<T> type)
            throws InvalidProtocolBufferException {
        for (Any detail : refusal.status().getDetailsList()) {
            if (detail.is(type)) {
                return Optional.of(detail.unpack(type));
            }
        }
        return Optional.empty();
    }
}
