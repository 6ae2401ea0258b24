package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.MeshState;
import dev.quantdesk.mesh.process.PartFailedException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "down", description = "Stops a running mesh and every process of it.")
final class DownCommand implements Callable<Integer> {
    private static final long TIMEOUT_SECONDS = 100;

    @Mixin
    private MeshLocation location;

    @Override
    public Integer call() throws Exception {
        Optional<MeshState> orphaned = MeshState.read(location.stateFile()).filter(state -> !state.isRunning());
        if (orphaned.isPresent()) {
            String ended = MeshState.endLeftovers(location.stateFile()).orElse("Nothing was left of it.");
            System.out.println("The mesh had been killed. " + ended);
            return 0;
        }
        MeshLocation.Running running = location.running();
        ProcessHandle supervisor = running.state().supervisor().process().orElseThrow();
        supervisor.destroy();
        try {
            supervisor.onExit().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException stubborn) {
            throw new PartFailedException(
                    "The mesh (process " + supervisor.pid() + ") has not stopped within " + TIMEOUT_SECONDS + " s. See "
                            + running.options().dataDir() + "/logs.",
                    stubborn);
        }
        System.out.println("The mesh has stopped.");
        return 0;
    }
}
