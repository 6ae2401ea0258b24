package dev.quantdesk.auth.gateway;

import com.google.rpc.Status;
import dev.quantdesk.kit.rpc.ErrorMapper;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.vertx.grpc.common.GrpcStatus;
import java.util.List;
import java.util.Map;

/** Decisions in the form in which ext_authz takes them. Pure. */
final class CheckAnswers {
    /** No service sees what a caller proved itself with. */
    private static final List<String> SECRETS = List.of("cookie", "authorization");

    private CheckAnswers() {}

    /**
     * @param set request headers for the service, over any that are there
     * @param remove request headers that must not be there
     */
    static CheckResponse allowed(Map<String, String> set, List<String> remove) {
        OkHttpResponse.Builder ok =
                OkHttpResponse.newBuilder().addAllHeadersToRemove(SECRETS).addAllHeadersToRemove(remove);
        set.forEach((name, value) -> ok.addHeaders(header(name, value)));
        return CheckResponse.newBuilder()
                .setStatus(Status.getDefaultInstance())
                .setOkResponse(ok)
                .build();
    }

    /**
     * A refusal that reaches gRPC clients with its details and HTTP clients with a fitting code.
     *
     * @param headers further response headers
     */
    static CheckResponse denied(Status status, Map<String, String> headers) {
        DeniedHttpResponse.Builder denied = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(httpCode(status)))
                .addHeaders(header(ErrorMapper.DETAILS_TRAILER, ErrorMapper.encode(status)))
                .setBody(status.getMessage());
        headers.forEach((name, value) -> denied.addHeaders(header(name, value)));
        return CheckResponse.newBuilder()
                .setStatus(status)
                .setDeniedResponse(denied)
                .build();
    }

    /** The HTTP code that the gateway turns back into the same gRPC code. */
    private static StatusCode httpCode(Status status) {
        return switch (GrpcStatus.valueOf(status.getCode())) {
            case UNAUTHENTICATED -> StatusCode.Unauthorized;
            case PERMISSION_DENIED -> StatusCode.Forbidden;
            case RESOURCE_EXHAUSTED -> StatusCode.TooManyRequests;
            default -> StatusCode.ServiceUnavailable;
        };
    }

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build();
    }
}
