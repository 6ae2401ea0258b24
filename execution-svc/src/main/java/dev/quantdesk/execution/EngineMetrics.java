package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.EngineNode;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What a member of the order engine tells about itself. */
final class EngineMetrics {
    private EngineMetrics() {}

    static void register(EngineNode node, Followers followers, PrometheusRegistry registry) {
        followers.register(registry);
        GaugeWithCallback.builder()
                .name("engine_leader")
                .help("1 where this member leads the engine's cluster, 0 where it follows.")
                .callback(callback -> callback.call(node.isLeader() ? 1 : 0))
                .register(registry);
        GaugeWithCallback.builder()
                .name("engine_sequence")
                .help("Sequence of the last event that this member has applied.")
                .callback(callback -> callback.call(node.sequence()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("engine_messages_since_snapshot")
                .help("Log entries that this member would replay after a restart, besides its snapshot.")
                .callback(callback -> callback.call(node.messagesSinceSnapshot()))
                .register(registry);
    }
}
