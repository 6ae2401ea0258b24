package dev.quantdesk.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The built terminal in a real browser under a fast order book, beside a blank page in the same browser. */
final class TerminalBench {
    private static final int UPDATES_PER_SECOND = 500;
    private static final Duration OVERHEAD = Duration.ofMinutes(3);
    private static final double MEGABYTE = 1_000_000;
    private static final double KILOBYTE = 1_000;

    private final Path terminal;
    private final int seconds;
    private final Consumer<String> progress;

    TerminalBench(Path root, boolean quick, Consumer<String> progress) {
        this.terminal = root.resolve("terminal");
        this.seconds = quick ? 10 : 60;
        this.progress = progress;
    }

    List<Figure> run() throws IOException, InterruptedException {
        if (System.getenv("CHROMIUM") == null) {
            throw new IllegalArgumentException(
                    "This benchmark needs Chromium. Install it, for example with: apt-get install chromium");
        }
        progress.accept("  %d book updates a second for %d s".formatted(UPDATES_PER_SECOND, seconds));
        JsonObject measured = measure();
        String blank =
                "a blank page: " + measured.getDouble("blankFramesPerSecond").intValue() + " frames/s";
        String heap = "%.1f MB before".formatted(measured.getDouble("heapBytes") / MEGABYTE);
        return List.of(
                new Figure(
                        "frames while the book moves",
                        measured.getDouble("framesPerSecond"),
                        "1/s",
                        blank,
                        "the peer's"),
                new Figure(
                        "share of a blank page's frames",
                        measured.getDouble("framesPerSecond") / measured.getDouble("blankFramesPerSecond"),
                        "ratio",
                        blank,
                        "0.9"),
                new Figure(
                        "p99 time between frames",
                        measured.getDouble("p99FrameMillis"),
                        "ms",
                        "a blank page: %.1f ms".formatted(measured.getDouble("blankP99FrameMillis")),
                        "none"),
                new Figure(
                        "book updates that reached the screen",
                        measured.getDouble("updatesPerSecond"),
                        "1/s",
                        "sent: " + UPDATES_PER_SECOND + "/s",
                        "all"),
                new Figure(
                        "heap growth, page and worker",
                        measured.getDouble("heapGrowthBytes") / MEGABYTE,
                        "MB",
                        heap,
                        "none that lasts"),
                new Figure(
                        "gzipped JavaScript of the first paint",
                        measured.getDouble("firstPaintBytes") / KILOBYTE,
                        "kB",
                        "none",
                        "< 350"));
    }

    private JsonObject measure() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("node", "e2e/bench.mjs")
                .directory(terminal.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("BENCH_SECONDS", Integer.toString(seconds));
        builder.environment().put("UPDATES_PER_SECOND", Integer.toString(UPDATES_PER_SECOND));
        Process node = builder.start();
        try {
            String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!node.waitFor(OVERHEAD.toSeconds() + seconds, TimeUnit.SECONDS) || node.exitValue() != 0) {
                throw new IllegalArgumentException("The browser's run failed; its reasons stand above.");
            }
            return new JsonObject(output);
        } finally {
            node.destroyForcibly();
        }
    }
}
