package dev.quantdesk.bench;

import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.cluster.LoadedCluster;
import dev.quantdesk.execution.cluster.OrderTape;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.AuctionHub;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.market.Markets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The engine under its cluster, as the service runs it: acknowledged after journalling, and replayed at a start. Beside it a service
 * that does nothing but answer, under the same settings: what is between the two is the engine's own.
 */
final class ClusterBench {
    private static final int MARKET = 1;
    private static final List<MarketRules> MARKETS = List.of(new MarketRules(MARKET, 1, 1_000_000, 1_000_000));
    private static final int BASE_PORT = 16_400;
    private static final long PACE_PER_SECOND = 100_000;

    private final int messages;
    private final int paced;
    private final int rounds;
    private final Consumer<String> progress;

    ClusterBench(boolean quick, Consumer<String> progress) {
        this.messages = quick ? 100_000 : 300_000;
        this.paced = quick ? 100_000 : 300_000;
        this.rounds = quick ? 1 : 3;
        this.progress = progress;
    }

    /** What one cluster gave, from an empty log to its replay. */
    private record Run(
            double ordersPerSecond,
            double p99Micros,
            double recoveredPerSecond,
            double recoveredWithViewsPerSecond,
            int replyLength) {}

    /** Starts a cluster on a directory. */
    interface Starter {
        LoadedCluster start(Path dataDir) throws InterruptedException;
    }

    /** What execution-svc shows its callers, fed on the engine's thread. */
    static List<EngineListener> views() {
        Markets markets = Markets.load();
        return List.of(new AlgoHub(markets), new AuctionHub(markets), new OrderHub(markets));
    }

    private static LoadedCluster engine(Path dataDir, List<EngineListener> views) throws InterruptedException {
        return LoadedCluster.engine(dataDir, BASE_PORT, MARKETS, EngineLimits.DEFAULTS, views);
    }

    List<Figure> run() throws IOException, InterruptedException {
        OrderTape tape = OrderTape.of(2 * messages + paced, MARKET);
        List<Run> engines = new ArrayList<>();
        List<Run> peers = new ArrayList<>();
        // The first round of each warms the compiler up.
        for (int round = 0; round <= rounds; round++) {
            Run engine = measure(tape, dir -> engine(dir, List.of()), dir -> engine(dir, views()));
            Starter echoes = dir -> LoadedCluster.echo(dir, BASE_PORT, MARKETS, engine.replyLength(), 0);
            Run echo = measure(tape, echoes, echoes);
            if (round == 0) {
                continue;
            }
            engines.add(engine);
            peers.add(echo);
            progress.accept("  under Aeron Cluster %s beside an echo's %s"
                    .formatted(text(engines.getLast()), text(peers.getLast())));
        }
        Run engine = median(engines);
        Run echo = median(peers);
        return List.of(
                new Figure(
                        "engine under Aeron Cluster, acknowledged",
                        engine.ordersPerSecond(),
                        "1/s",
                        "echo service: %,d/s".formatted(Math.round(echo.ordersPerSecond())),
                        ">= 300000"),
                new Figure(
                        "engine under Aeron Cluster, p99 at 100,000/s",
                        engine.p99Micros(),
                        "us",
                        "echo service: %,d us".formatted(Math.round(echo.p99Micros())),
                        "none"),
                new Figure(
                        "recovery, logged events",
                        engine.recoveredPerSecond(),
                        "1/s",
                        "echo service, messages: %,d/s".formatted(Math.round(echo.recoveredPerSecond())),
                        ">= 1000000"),
                new Figure(
                        "recovery, logged events, with the service's views",
                        engine.recoveredWithViewsPerSecond(),
                        "1/s",
                        "echo service, messages: %,d/s".formatted(Math.round(echo.recoveredWithViewsPerSecond())),
                        ">= 1000000"));
    }

    /** @param withViews starts it on the same log again, with all that the service has beside it */
    private Run measure(OrderTape tape, Starter starter, Starter withViews) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("bench-cluster");
        try {
            double perSecond;
            double p99;
            long events;
            int replyLength;
            try (LoadedCluster cluster = starter.start(directory)) {
                cluster.run(tape, 0, messages);
                int orders = OrderTape.orders(2 * messages) - OrderTape.orders(messages);
                perSecond = orders * 1e9 / cluster.run(tape, messages, 2 * messages);
                p99 = cluster.paced(tape, 2 * messages, tape.size(), PACE_PER_SECOND)
                                .getValueAtPercentile(99)
                        / 1e3;
                events = cluster.events();
                replyLength = cluster.replyLength();
            }
            return new Run(
                    perSecond,
                    p99,
                    recovered(starter, directory, events),
                    recovered(withViews, directory, events),
                    replyLength);
        } finally {
            delete(directory);
        }
    }

    /** Events replayed in a second, from the start of the node until it is live: with an empty heap, as a process starts. */
    private static double recovered(Starter starter, Path directory, long events) throws InterruptedException {
        System.gc();
        long start = System.nanoTime();
        try (LoadedCluster again = starter.start(directory)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            if (again.events() != events) {
                throw new IllegalStateException("recovered " + again.events() + " events of " + events);
            }
            return events / seconds;
        }
    }

    private static String text(Run run) {
        return "%,d/s, p99 %,d us, recovered %,d/s, with views %,d/s"
                .formatted(
                        Math.round(run.ordersPerSecond()),
                        Math.round(run.p99Micros()),
                        Math.round(run.recoveredPerSecond()),
                        Math.round(run.recoveredWithViewsPerSecond()));
    }

    /** Each figure's own median. */
    private static Run median(List<Run> runs) {
        return new Run(
                median(runs.stream().mapToDouble(Run::ordersPerSecond).sorted().toArray()),
                median(runs.stream().mapToDouble(Run::p99Micros).sorted().toArray()),
                median(runs.stream()
                        .mapToDouble(Run::recoveredPerSecond)
                        .sorted()
                        .toArray()),
                median(runs.stream()
                        .mapToDouble(Run::recoveredWithViewsPerSecond)
                        .sorted()
                        .toArray()),
                runs.getFirst().replyLength());
    }

    private static double median(double[] sorted) {
        return sorted[(sorted.length - 1) / 2];
    }

    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
