package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.LogFollower;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/** The followers of this member's log, which fill the tables and the stream. */
record Followers(List<LogFollower> all) {
    Followers {
        all = List.copyOf(all);
    }

    /** Whether none has stopped. One that stands by has not: its leader's delivers. */
    boolean areSound() {
        return all.stream().allMatch(follower -> follower.failure().isEmpty());
    }

    void register(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("engine_follower_sequence")
                .help(
                        "Sequence of the last event that a follower of the log has delivered; where this member leads, up to date.")
                .labelNames("follower")
                .callback(callback ->
                        all.forEach(follower -> callback.call(follower.deliveredSequence(), follower.name())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("engine_follower_stopped")
                .help("1 where a follower of the log delivers nothing until somebody looks after it, else 0.")
                .labelNames("follower")
                .callback(callback ->
                        all.forEach(follower -> callback.call(follower.failure().isPresent() ? 1 : 0, follower.name())))
                .register(registry);
    }
}
