package dev.quantdesk.mesh.cli;

import dev.quantdesk.execution.cluster.SnapshotRequest;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.process.PartFailedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "snapshot",
        description =
                "Has the order engine of a running mesh write its state down, so that a restart replays only what follows."
                        + " Orders wait meanwhile.")
final class SnapshotCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Mixin
    private MeshLocation location;

    @Override
    public Integer call() throws Exception {
        MeshOptions options = location.running().options();
        long start = System.nanoTime();
        for (int member = 0; member < options.engineMembers(); member++) {
            if (SnapshotRequest.take(options.engineDirectory(member).resolve("aeron"), PATIENCE)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf("The engine's snapshot is taken after %.1f s.%n", seconds);
                return 0;
            }
        }
        throw new PartFailedException(
                "No member of the order engine leads and is ready for a snapshot; try again, or see"
                        + " ./quantdesk logs execution-svc.");
    }
}
