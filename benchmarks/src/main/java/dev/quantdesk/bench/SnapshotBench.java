package dev.quantdesk.bench;

import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.cluster.LoadedCluster;
import dev.quantdesk.execution.cluster.OrderTape;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A snapshot of an engine full of open orders: how long the engine stands still for it, and how soon it is up again from it.
 * Beside it a service whose snapshot has as many bytes and no meaning, under the same settings.
 */
final class SnapshotBench {
    private static final int MARKET = 1;
    private static final List<MarketRules> MARKETS = List.of(new MarketRules(MARKET, 1, 1_000_000, 1_000_000));
    private static final int BASE_PORT = 16_400;
    private static final EngineLimits DEFAULTS = EngineLimits.DEFAULTS;
    private static final EngineLimits LIMITS = new EngineLimits(
            DEFAULTS.openOrdersPerAccount(),
            EngineLimits.OPEN_ORDERS_MAX,
            EngineLimits.OPEN_ORDERS_MAX,
            DEFAULTS.liveIntentsPerSigner(),
            EngineLimits.OPEN_ORDERS_MAX,
            DEFAULTS.intentLifeMillis(),
            DEFAULTS.closedOrders(),
            DEFAULTS.refusals(),
            DEFAULTS.accounts(),
            DEFAULTS.unsettledTrades(),
            DEFAULTS.positionLots());

    private final int orders;
    private final Consumer<String> progress;

    SnapshotBench(boolean quick, Consumer<String> progress) {
        this.orders = quick ? 100_000 : 1_000_000;
        this.progress = progress;
    }

    /** @param upSeconds from the start of the node until it takes orders */
    private record Run(LoadedCluster.Snapshot snapshot, double upSeconds) {
        double millis() {
            return snapshot.nanos() / 1e6;
        }

        String text() {
            return "%,d bytes in %,d ms, up in %.2f s".formatted(snapshot.bytes(), Math.round(millis()), upSeconds);
        }
    }

    private static LoadedCluster engine(Path dataDir, List<EngineListener> views) throws InterruptedException {
        return LoadedCluster.engine(dataDir, BASE_PORT, MARKETS, LIMITS, views);
    }

    List<Figure> run() throws IOException, InterruptedException {
        OrderTape tape = OrderTape.resting(orders, MARKET);
        // The first round of each warms the compiler up.
        measure(tape, tape.size() / 10, dir -> engine(dir, ClusterBench.views()));
        Run engine = measure(tape, tape.size(), dir -> engine(dir, List.of()));
        Run withViews = measure(tape, tape.size(), dir -> engine(dir, ClusterBench.views()));
        long bytes = engine.snapshot().bytes();
        measure(tape, 0, dir -> LoadedCluster.echo(dir, BASE_PORT, MARKETS, Long.BYTES, bytes / 10));
        Run echo = measure(tape, 0, dir -> LoadedCluster.echo(dir, BASE_PORT, MARKETS, Long.BYTES, bytes));
        progress.accept("  snapshot of %,d open orders %s, with views %s, beside an echo's %s"
                .formatted(orders, engine.text(), withViews.text(), echo.text()));
        String count = "%,d open orders".formatted(orders);
        return List.of(
                new Figure("snapshot of " + count, bytes, "bytes", "none", "none"),
                new Figure(
                        "snapshot of " + count + ", engine stands still",
                        engine.millis(),
                        "ms",
                        "echo service, as many bytes: %,d ms".formatted(Math.round(echo.millis())),
                        "none"),
                new Figure(
                        count + " up",
                        engine.upSeconds(),
                        "s",
                        "echo service, as many bytes: %.2f s".formatted(echo.upSeconds()),
                        "<= 5 for 1,000,000"),
                new Figure(
                        count + " up, with the service's views",
                        withViews.upSeconds(),
                        "s",
                        "without them: %.2f s".formatted(engine.upSeconds()),
                        "<= 5 for 1,000,000"));
    }

    private static Run measure(OrderTape tape, int count, ClusterBench.Starter starter)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("bench-snapshot");
        try {
            LoadedCluster.Snapshot snapshot;
            long events;
            try (LoadedCluster cluster = starter.start(directory)) {
                cluster.run(tape, 0, count);
                events = cluster.events();
                snapshot = cluster.takeSnapshot();
            }
            // What starts from a snapshot is a new process, without the old one's garbage.
            System.gc();
            long start = System.nanoTime();
            try (LoadedCluster again = starter.start(directory)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                if (count > 0 && again.events() != events) {
                    throw new IllegalStateException("recovered " + again.events() + " events of " + events);
                }
                return new Run(snapshot, seconds);
            }
        } finally {
            ClusterBench.delete(directory);
        }
    }
}
