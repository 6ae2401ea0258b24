package dev.quantdesk.mesh;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a supervisor wrote about the mesh it runs.
 *
 * @param supervisorPid process that runs the mesh
 * @param portOffset offset of its ports
 * @param parts name and process of each part
 */
public record MeshState(long supervisorPid, int portOffset, String solanaRpc, List<RunningPart> parts) {
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    /** A process of the mesh. */
    public record RunningPart(String name, long pid) {}

    /** The state in {@code file}, or nothing when there is none or it is not whole. */
    public static Optional<MeshState> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonObject state = new JsonObject(Files.readString(file));
            List<RunningPart> parts = new ArrayList<>();
            for (Object entry : state.getJsonArray("parts")) {
                JsonObject part = (JsonObject) entry;
                parts.add(new RunningPart(part.getString("name"), part.getLong("pid")));
            }
            return Optional.of(new MeshState(
                    state.getLong("supervisor_pid"),
                    state.getInteger("port_offset"),
                    state.getString("solana_rpc"),
                    parts));
        } catch (DecodeException broken) {
            return Optional.empty();
        }
    }

    /** Whether the supervisor is still there. */
    public boolean isRunning() {
        return ProcessHandle.of(supervisorPid).filter(ProcessHandle::isAlive).isPresent();
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
        Optional<ProcessHandle> process = ProcessHandle.of(part.pid()).filter(MeshState::isOurs);
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

    /** A number may have gone to another program since: only what looks like a part is ended. */
    private static boolean isOurs(ProcessHandle process) {
        String command = process.info().commandLine().orElse("");
        return List.of("quantdesk", "zipkin", "envoy", "redis-server", "postgres").stream()
                .anyMatch(command::contains);
    }
}
