package dev.quantdesk.kit.rpc;

import io.prometheus.metrics.core.metrics.Histogram;
import io.vertx.grpc.common.GrpcStatus;

/** Calls by method and status, with their duration. */
final class RpcMetrics {
    private static final Histogram DURATION = Histogram.builder()
            .name("rpc_server_duration_seconds")
            .help("Duration of gRPC calls, by method and status.")
            .labelNames("method", "status")
            .classicUpperBounds(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
            .classicOnly()
            .register();

    void observe(String method, int code, long nanos) {
        DURATION.labelValues(method, GrpcStatus.valueOf(code).name()).observe(nanos / 1e9);
    }
}
