package dev.quantdesk.auth.limit;

import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import java.util.Map;

/** Asks for rate limits as the gateway does. */
public final class RateLimits {
    private static final ServiceMethod<RateLimitResponse, RateLimitRequest> METHOD = ServiceMethod.client(
            RateLimitHandler.SERVICE,
            "ShouldRateLimit",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(RateLimitResponse.newBuilder()));

    private RateLimits() {}

    public static RateLimitDescriptor publicCall(String address) {
        return descriptor(Map.of("limit", "public", "masked_remote_address", address + "/32"));
    }

    static RateLimitDescriptor signIn(String address) {
        return descriptor(Map.of("limit", "sign_in", "masked_remote_address", address + "/32"));
    }

    static RateLimitDescriptor trading(String account, String tier) {
        return descriptor(Map.of("limit", "trading", "account", account, "tier", tier));
    }

    static RateLimitDescriptor descriptor(Map<String, String> entries) {
        RateLimitDescriptor.Builder descriptor = RateLimitDescriptor.newBuilder();
        entries.forEach((key, value) -> descriptor.addEntries(
                RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value)));
        return descriptor.build();
    }

    public static Answer<RateLimitResponse> count(AuthServer server, RateLimitDescriptor... descriptors)
            throws Exception {
        RateLimitRequest.Builder request = RateLimitRequest.newBuilder().setDomain("quantdesk");
        for (RateLimitDescriptor descriptor : descriptors) {
            request.addDescriptors(descriptor);
        }
        return server.direct(METHOD, request.build(), Map.of());
    }
}
