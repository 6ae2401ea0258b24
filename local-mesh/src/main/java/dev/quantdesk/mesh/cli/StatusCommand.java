package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.MeshHealth;
import dev.quantdesk.mesh.MeshState;
import dev.quantdesk.mesh.process.ProcessUsage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Shows health, uptime, processor and memory of every part.")
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private MeshLocation location;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "Over how long the processor is watched; 2 by default, at most 600.")
    private int seconds;

    /** One part at this moment. @param cpuPercent of one core, over the time watched */
    private record PartStatus(
            String name, long pid, boolean healthy, Duration uptime, double cpuPercent, long residentBytes) {}

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || seconds > 600) {
            throw new IllegalArgumentException("--seconds is 1 to 600, not " + seconds);
        }
        MeshLocation.Running running = location.running();
        List<PartStatus> parts = measure(running);
        double cpu = parts.stream().mapToDouble(PartStatus::cpuPercent).sum();
        long bytes = parts.stream().mapToLong(PartStatus::residentBytes).sum();
        boolean healthy = parts.stream().allMatch(PartStatus::healthy);
        System.out.println(json ? toJson(parts, cpu, bytes, healthy).encode() : toTable(parts, cpu, bytes));
        return healthy ? 0 : 1;
    }

    private List<PartStatus> measure(MeshLocation.Running running) throws InterruptedException {
        Map<MeshState.RunningPart, Optional<ProcessUsage>> before = new LinkedHashMap<>();
        List<MeshState.RunningPart> parts = new ArrayList<>(running.state().parts());
        parts.add(running.state().supervisor());
        for (MeshState.RunningPart part : parts) {
            before.put(part, usage(part));
        }
        long start = System.nanoTime();
        Map<String, Boolean> health = MeshHealth.check(running.options());
        Thread.sleep(Duration.ofSeconds(seconds));
        List<PartStatus> measured = new ArrayList<>();
        for (MeshState.RunningPart part : parts) {
            Optional<ProcessUsage> after = usage(part);
            double elapsed = System.nanoTime() - start;
            double cpu = after.isPresent() && before.get(part).isPresent()
                    ? 100.0
                            * after.get()
                                    .cpu()
                                    .minus(before.get(part).get().cpu())
                                    .toNanos()
                            / elapsed
                    : 0;
            measured.add(new PartStatus(
                    part.name(),
                    part.pid(),
                    after.isPresent() && health.getOrDefault(part.name(), true),
                    after.map(ProcessUsage::uptime).orElse(Duration.ZERO),
                    cpu,
                    after.map(ProcessUsage::residentBytes).orElse(0L)));
        }
        return measured;
    }

    /** The supervisor's children are parts of their own: only its own process counts for it. */
    private static Optional<ProcessUsage> usage(MeshState.RunningPart part) {
        return part.name().equals("supervisor") ? ProcessUsage.ofOne(part.pid()) : ProcessUsage.of(part.pid());
    }

    private static JsonObject toJson(List<PartStatus> parts, double cpu, long bytes, boolean healthy) {
        JsonArray list = new JsonArray();
        for (PartStatus part : parts) {
            list.add(new JsonObject()
                    .put("name", part.name())
                    .put("pid", part.pid())
                    .put("healthy", part.healthy())
                    .put("uptime_seconds", part.uptime().toSeconds())
                    .put("cpu_percent", Math.round(part.cpuPercent() * 10) / 10.0)
                    .put("memory_bytes", part.residentBytes()));
        }
        return new JsonObject()
                .put("healthy", healthy)
                .put("cpu_percent", Math.round(cpu * 10) / 10.0)
                .put("memory_bytes", bytes)
                .put("parts", list);
    }

    private static String toTable(List<PartStatus> parts, double cpu, long bytes) {
        StringBuilder table = new StringBuilder(
                String.format("%-18s %8s %-9s %9s %8s %10s%n", "part", "pid", "health", "uptime", "cpu", "memory"));
        for (PartStatus part : parts) {
            table.append(String.format(
                    "%-18s %8d %-9s %7d s %6.1f %% %6d MiB%n",
                    part.name(),
                    part.pid(),
                    part.healthy() ? "healthy" : "UNHEALTHY",
                    part.uptime().toSeconds(),
                    part.cpuPercent(),
                    part.residentBytes() >> 20));
        }
        return table.append(
                        String.format("%-18s %8s %-9s %9s %6.1f %% %6d MiB", "in all", "", "", "", cpu, bytes >> 20))
                .toString();
    }
}
