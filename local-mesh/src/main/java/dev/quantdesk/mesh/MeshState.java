package dev.quantdesk.mesh;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a supervisor wrote about the mesh it runs.
 *
 * @param supervisor process that runs the mesh
 * @param portOffset offset of its ports
 * @param engineMembers members of the order engine's cluster
 * @param parts the processes of the mesh
 */
public record MeshState(
        RunningPart supervisor, int portOffset, String solanaRpc, int engineMembers, List<RunningPart> parts) {
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);
    /** The system's own account of a process's start moves a little when its clock is set. */
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(2);

    /** A process of the mesh. Its number alone says little: after its end another program may get it. */
    public record RunningPart(String name, long pid, Instant startTime) {
        static RunningPart of(String name, ProcessHandle process) {
            return new RunningPart(name, process.pid(), startTime(process));
        }

        /** The process, if it still runs. */
        public Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    // One that has ended and was not collected yet has no command any more.
                    .filter(process -> process.info().command().isPresent())
                    .filter(process -> Duration.between(startTime, startTime(process))
                                    .abs()
                                    .compareTo(CLOCK_SLACK)
                            <= 0);
        }

        private static Instant startTime(ProcessHandle process) {
            return process.info().startInstant().orElse(Instant.EPOCH);
        }

        JsonObject json() {
            return new JsonObject().put("name", name).put("pid", pid).put("start_time", startTime.toString());
        }

        private static RunningPart of(JsonObject json) {
            return new RunningPart(
                    json.getString("name"), json.getLong("pid"), Instant.parse(json.getString("start_time")));
        }
    }

    /** The state in {@code file}, or nothing when there is none or it is not whole. */
    public static Optional<MeshState> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonObject state = new JsonObject(Files.readString(file));
            List<RunningPart> parts = new ArrayList<>();
            for (Object entry : state.getJsonArray("parts")) {
                parts.add(RunningPart.of((JsonObject) entry));
            }
            return Optional.of(new MeshState(
                    RunningPart.of(state.getJsonObject("supervisor")),
                    state.getInteger("port_offset"),
                    state.getString("solana_rpc"),
                    state.getInteger("engine_members"),
                    parts));
        } catch (RuntimeException broken) {
            // Not whole, or written by another version.
            return Optional.empty();
        }
    }

    /** As it stands in the file. */
    public JsonObject json() {
        return new JsonObject()
                .put("supervisor", supervisor.json())
                .put("port_offset", portOffset)
                .put("solana_rpc", solanaRpc)
                .put("engine_members", engineMembers)
                .put(
                        "parts",
                        new JsonArray(parts.stream().map(RunningPart::json).toList()));
    }

    /** Whether the supervisor is still there. */
    public boolean isRunning() {
        return supervisor.process().isPresent();
    }

    /** Ends the processes that a supervisor left behind when it was killed; the caller knows that it is gone. */
    public static Optional<String> endLeftovers(Path file) throws IOException {
        Optional<MeshState> state = read(file);
        if (state.isEmpty()) {
            return Optional.empty();
        }
        int ended = 0;
        for (RunningPart part : state.get().parts().reversed()) {
            ended += end(part) ? 1 : 0;
        }
        Files.deleteIfExists(file);
        return ended == 0
                ? Optional.empty()
                : Optional.of("Ended " + ended + " processes that an earlier mesh had left behind.");
    }

    private static boolean end(RunningPart part) {
        Optional<ProcessHandle> process = part.process();
        process.ifPresent(handle -> {
            handle.destroy();
            try {
                handle.onExit().get(END_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException stubborn) {
                handle.destroyForcibly();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        return process.isPresent();
    }
}
