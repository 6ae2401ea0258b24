package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.MeshState;
import dev.quantdesk.mesh.Ports;
import dev.quantdesk.mesh.process.PartFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which mesh a command means. */
final class MeshLocation {
    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Moves every port by N, so that several meshes fit on one machine.")
    private int portOffset;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the mesh keeps its data; .quantdesk/mesh by default.")
    private Path dataDir;

    MeshOptions options(String solanaRpc) {
        return new MeshOptions(root(), dataDir(), new Ports(portOffset), solanaRpc, Map.of(), true);
    }

    /** The checkout, told by the start script. */
    static Path root() {
        return Path.of(System.getProperty("quantdesk.root", "."));
    }

    Path stateFile() {
        return options("").stateFile();
    }

    private Path dataDir() {
        if (dataDir != null && dataDir.toString().isEmpty()) {
            throw new IllegalArgumentException("--data-dir needs the name of a directory");
        }
        String name = portOffset == 0 ? "mesh" : "mesh-" + portOffset;
        return dataDir == null ? root().resolve(".quantdesk").resolve(name) : dataDir;
    }

    /** The mesh that runs there. @throws PartFailedException when none does */
    Running running() throws IOException, PartFailedException {
        Optional<MeshState> state = MeshState.read(stateFile()).filter(MeshState::isRunning);
        if (state.isEmpty()) {
            throw new PartFailedException(
                    "No mesh runs on " + options("").dataDir() + ". Start one with ./quantdesk up.");
        }
        Ports ports = new Ports(state.get().portOffset());
        MeshOptions options = new MeshOptions(
                root(),
                options("").dataDir(),
                ports,
                state.get().solanaRpc(),
                Map.of(),
                true,
                state.get().engineMembers());
        return new Running(options, state.get());
    }

    /** A running mesh and where it is. */
    record Running(MeshOptions options, MeshState state) {}
}
