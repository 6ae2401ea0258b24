package dev.quantdesk.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.cluster.EngineNode;
import dev.quantdesk.execution.cluster.EngineNodeConfig;
import dev.quantdesk.execution.cluster.FollowerSink;
import dev.quantdesk.execution.cluster.TestNode;
import dev.quantdesk.execution.cluster.WakeGroup;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.MarketRules;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever runs the service learns of a projection that gets nothing any more. */
@Timeout(60)
class FollowersTest {
    @TempDir
    Path dataDir;

    private final PrometheusRegistry registry = new PrometheusRegistry();

    /** A sink of which only the last sequence is known. */
    private static final class Sink implements FollowerSink {
        private volatile long sequence;

        @Override
        public long resumeAfterSequence() {
            return sequence;
        }

        @Override
        public void accept(List<EngineEvent> events) {
            sequence = events.getLast().sequence();
        }
    }

    private double metric(String name, String follower) {
        return registry.scrape().stream()
                .filter(GaugeSnapshot.class::isInstance)
                .map(GaugeSnapshot.class::cast)
                .filter(gauge -> gauge.getMetadata().getName().equals(name))
                .flatMap(gauge -> gauge.getDataPoints().stream())
                .filter(point -> point.getLabels().get("follower").equals(follower))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    @Test
    void shouldShowTheFollowerWhoseSinkIsAheadOfTheLogUntilTheSinkIsEmptied() {
        Sink ahead = new Sink();
        ahead.sequence = 5;
        EngineNodeConfig config = EngineNodeConfig.of(
                dataDir, TestNode.freePorts(), List.of(new MarketRules(1, 1, 1_000_000, 1_000_000)));
        try (EngineNode node = EngineNode.start(config, new WakeGroup(), List.of());
                var tables = node.newFollower("postgres", ahead);
                var stream = node.newFollower("redis", new Sink())) {
            Followers followers = new Followers(List.of(stream, tables));
            EngineMetrics.register(node, followers, registry);
            TestNode.await("the service is not ready", () -> !followers.areSound());
            assertEquals(1, metric("engine_follower_stopped", "postgres"));
            assertEquals(5, metric("engine_follower_sequence", "postgres"));
            assertEquals(0, metric("engine_follower_stopped", "redis"));
            assertEquals(0, metric("engine_follower_sequence", "redis"));

            ahead.sequence = 0;
            TestNode.await("the service is ready again", followers::areSound);
            assertEquals(0, metric("engine_follower_stopped", "postgres"));
            TestNode.await("its new place", () -> metric("engine_follower_sequence", "postgres") == 0);
        }
    }
}
