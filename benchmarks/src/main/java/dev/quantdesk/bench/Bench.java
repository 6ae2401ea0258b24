package dev.quantdesk.bench;

import dev.quantdesk.mesh.process.PartFailedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./quantdesk bench}: measures beside a peer, in one run. */
@Command(name = "bench", description = "Runs a benchmark beside its peer.", mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What to measure: engine, order, session or terminal.")
    private String name;

    @Option(names = "--quick", description = "Measures for seconds instead of a minute.")
    private boolean quick;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((failure, _, _) -> {
            boolean said = failure instanceof PartFailedException || failure instanceof IllegalArgumentException;
            System.err.println(said ? failure.getMessage() : failure.toString());
            return 1;
        });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path root = Path.of(System.getProperty("quantdesk.root", "."));
        Consumer<String> progress = json ? _ -> {} : System.out::println;
        List<Figure> figures = switch (name) {
            case "engine" -> engine(progress);
            case "order" -> new OrderBench(root, quick, progress).run();
            case "session" -> new SessionBench(root, quick, progress).run();
            case "terminal" -> new TerminalBench(root, quick, progress).run();
            default ->
                throw new IllegalArgumentException(
                        "There is no benchmark '" + name + "'. There are: engine, order, session, terminal");
        };
        if (json) {
            JsonArray list = new JsonArray();
            figures.forEach(figure -> list.add(figure.json()));
            System.out.println(new JsonObject()
                    .put("bench", name)
                    .put("commit", commit(root))
                    .put("machine", machine())
                    .put("figures", list)
                    .encode());
        } else {
            System.out.println("bench " + name + ", commit " + commit(root) + ", " + machine());
            figures.forEach(figure -> System.out.println(figure.line()));
        }
        return 0;
    }

    private List<Figure> engine(Consumer<String> progress) throws Exception {
        List<Figure> figures = new ArrayList<>(new EngineBench(quick, progress).run());
        figures.addAll(new ClusterBench(quick, progress).run());
        figures.addAll(new SnapshotBench(quick, progress).run());
        return figures;
    }

    private static String commit(Path root) throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 ? output : "unknown";
    }

    private String machine() throws IOException {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        String model = Files.isReadable(cpuInfo)
                ? Files.readAllLines(cpuInfo).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("unknown processor")
                : "unknown processor";
        return Runtime.getRuntime().availableProcessors() + " cores, " + model + ", Java " + Runtime.version()
                + (name.equals("engine") ? ", " + memory() : "");
    }

    /** What decides how memory is managed where the engine runs in this very process: recovery depends on it most. */
    private static String memory() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-Xm") || option.contains("GC") || option.contains("ObjectHeaders"))
                .collect(Collectors.joining(" "));
    }
}
