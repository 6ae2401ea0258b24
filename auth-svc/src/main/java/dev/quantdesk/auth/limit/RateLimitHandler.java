package dev.quantdesk.auth.limit;

import com.google.protobuf.ByteString;
import com.google.rpc.QuotaFailure;
import com.google.rpc.Status;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.ErrorMapper;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RlsProto;
import io.github.bucket4j.ConsumptionProbe;
import io.prometheus.metrics.core.metrics.Counter;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts calls against their limits: Envoy's rate limit protocol. The gateway writes what is left into every answer; a
 * refusal carries {@code ErrorInfo}, {@code QuotaFailure} and {@code RetryInfo}. When Redis does not answer, the call
 * fails and the gateway falls back on limits of its own. Thread-safe.
 */
public final class RateLimitHandler {
    public static final ServiceName SERVICE = ServiceName.create("envoy.service.ratelimit.v3.RateLimitService");
    public static final ServiceMethod<RateLimitRequest, RateLimitResponse> SHOULD_RATE_LIMIT = ServiceMethod.server(
            SERVICE,
            "ShouldRateLimit",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(RateLimitRequest.newBuilder()));
    /** Request header by which the gateway's fallback limits know that this service has counted the call. */
    static final String COUNTED_HEADER = "x-quantdesk-counted";

    private static final int MAX_DESCRIPTORS = 8;
    private static final int MAX_HITS = 1_000;
    private static final Counter DECISIONS = Counter.builder()
            .name("rate_limit_decisions_total")
            .help("Calls counted against a limit, by limit and outcome.")
            .labelNames("limit", "outcome")
            .register();

    private final Limits limits;
    private final Buckets buckets;

    public RateLimitHandler(Limits limits, Buckets buckets) {
        this.limits = limits;
        this.buckets = buckets;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(SERVICE, RlsProto.getDescriptor().findServiceByName("RateLimitService"))
                .unary(SHOULD_RATE_LIMIT, Access.GATEWAY, this::shouldRateLimit)
                .bind();
    }

    record Taken(Limits.Counted counted, ConsumptionProbe probe) {}

    private RateLimitResponse shouldRateLimit(RateLimitRequest request, Call call) {
        List<Limits.Counted> counted = counted(request);
        int hits = Math.max(1, request.getHitsAddend());
        RateLimitResponse.Builder answer = RateLimitResponse.newBuilder().setOverallCode(Code.OK);
        List<Taken> refused = new ArrayList<>();
        for (Limits.Counted each : counted) {
            Taken taken = new Taken(each, buckets.take(each, hits));
            answer.addStatuses(status(taken));
            boolean passes = taken.probe.isConsumed();
            count(taken);
            if (!passes) {
                refused.add(taken);
            }
        }
        if (refused.isEmpty()) {
            return answer.addRequestHeadersToAdd(header(COUNTED_HEADER, "1")).build();
        }
        return refuse(answer, refused);
    }

    static void count(Taken taken) {
        DECISIONS
                .labelValues(taken.counted.limit().name(), taken.probe.isConsumed() ? "passed" : "refused")
                .inc();
    }

    private List<Limits.Counted> counted(RateLimitRequest request) {
        if (request.getDescriptorsCount() > MAX_DESCRIPTORS
                || Integer.toUnsignedLong(request.getHitsAddend()) > MAX_HITS) {
            throw unknown("more than " + MAX_DESCRIPTORS + " descriptors or " + MAX_HITS + " hits");
        }
        return request.getDescriptorsList().stream()
                .map(descriptor -> limits.find(entries(descriptor))
                        .orElseThrow(() -> unknown("no limit of this mesh: " + descriptor)))
                .toList();
    }

    private static ApiException unknown(String why) {
        return ApiException.refuse(Reason.REQUEST_INVALID, why)
                .field("descriptors", why)
                .build();
    }

    private static Map<String, String> entries(RateLimitDescriptor descriptor) {
        Map<String, String> entries = new HashMap<>();
        descriptor.getEntriesList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        return entries;
    }

    private static DescriptorStatus status(Taken taken) {
        Limit limit = taken.counted.limit();
        ConsumptionProbe probe = taken.probe;
        long untilResetNanos = probe.isConsumed() ? probe.getNanosToWaitForReset() : probe.getNanosToWaitForRefill();
        RateLimitResponse.RateLimit.Builder current =
                RateLimitResponse.RateLimit.newBuilder().setName(limit.name()).setRequestsPerUnit(limit.calls());
        // The protocol has no unit of 15 minutes; without one the window is left out of the header.
        if (limit.window().equals(Duration.ofMinutes(1))) {
            current.setUnit(RateLimitResponse.RateLimit.Unit.MINUTE);
        }
        return DescriptorStatus.newBuilder()
                .setCode(probe.isConsumed() ? Code.OK : Code.OVER_LIMIT)
                .setCurrentLimit(current)
                .setLimitRemaining((int) probe.getRemainingTokens())
                .setDurationUntilReset(
                        com.google.protobuf.Duration.newBuilder().setSeconds(wholeSeconds(untilResetNanos)))
                .build();
    }

    /** Rounded up, so that whoever waits as long is let through. */
    static long wholeSeconds(long nanos) {
        return Math.max(1, Math.ceilDiv(nanos, Duration.ofSeconds(1).toNanos()));
    }

    private static RateLimitResponse refuse(RateLimitResponse.Builder answer, List<Taken> refused) {
        long waitSeconds = refused.stream()
                .mapToLong(taken -> wholeSeconds(taken.probe.getNanosToWaitForRefill()))
                .max()
                .orElseThrow();
        Status status = refusal(refused, Duration.ofSeconds(waitSeconds)).status();
        return answer.setOverallCode(Code.OVER_LIMIT)
                .addResponseHeadersToAdd(header(ErrorMapper.DETAILS_TRAILER, ErrorMapper.encode(status)))
                .addResponseHeadersToAdd(header("retry-after", Long.toString(waitSeconds)))
                .setRawBody(ByteString.copyFromUtf8(status.getMessage()))
                .build();
    }

    static ApiException refusal(List<Taken> refused, Duration wait) {
        Limits.Counted first = refused.getFirst().counted;
        Limit limit = first.limit();
        QuotaFailure.Builder quota = QuotaFailure.newBuilder();
        for (Taken taken : refused) {
            quota.addViolations(QuotaFailure.Violation.newBuilder()
                    .setSubject(taken.counted.limit().name() + ":" + taken.counted.subject())
                    .setDescription(sentence(taken.counted.limit())));
        }
        return ApiException.refuse(Reason.RATE_LIMITED, sentence(limit) + " Go on in " + wait.toSeconds() + " s.")
                .with("limit", limit.name())
                .with("bound", Integer.toString(limit.calls()))
                .with("window_seconds", Long.toString(limit.window().toSeconds()))
                .detail(quota.build())
                .retryAfter(wait)
                .build();
    }

    private static String sentence(Limit limit) {
        return "At most " + limit.calls() + " calls in " + limit.window().toSeconds() + " s (" + limit.name() + ").";
    }

    private static HeaderValue header(String name, String value) {
        return HeaderValue.newBuilder().setKey(name).setValue(value).build();
    }
}
