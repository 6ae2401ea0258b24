package dev.quantdesk.mesh;

import dev.quantdesk.database.Migrations;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.mesh.process.Part;
import dev.quantdesk.mesh.process.PartFailedException;
import dev.quantdesk.mesh.process.Supervisor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One whole mesh on this machine: makes its keys, starts its parts in order, writes down what runs where, and stops it. */
public final class Mesh implements AutoCloseable {
    private final MeshOptions options;
    private final Consumer<String> progress;
    private final Supervisor supervisor;
    private final MeshKeys keys;
    private final MeshParts parts;
    private final FileChannel lock;

    private Mesh(MeshOptions options, Consumer<String> progress, MeshKeys keys, FileChannel lock) throws IOException {
        this.options = options;
        this.progress = progress;
        this.keys = keys;
        this.lock = lock;
        this.parts = new MeshParts(options, keys);
        this.supervisor = new Supervisor(progress);
        this.supervisor.onChange(this::writeState);
    }

    /**
     * Starts a mesh and waits until every part is healthy. On failure everything that was started is stopped again.
     *
     * @param progress told what happens, a line at a time
     * @throws PartFailedException with a sentence for the user when a part, a port or a prerequisite is missing
     */
    public static Mesh start(MeshOptions options, Consumer<String> progress)
            throws PartFailedException, IOException, InterruptedException {
        prepare(options);
        FileChannel lock = lock(options);
        Mesh mesh = null;
        try {
            MeshState.endLeftovers(options.stateFile()).ifPresent(progress);
            refuseTakenPorts(options);
            mesh = new Mesh(options, progress, new MeshKeys(options.keys()), lock);
            mesh.startParts();
            return mesh;
        } catch (PartFailedException | IOException | InterruptedException | RuntimeException failed) {
            if (mesh != null) {
                mesh.close();
            } else {
                lock.close();
            }
            throw failed;
        }
    }

    /**
     * Makes the directories of a mesh, unless it is plain already that it can't start.
     *
     * @throws PartFailedException when it runs already, a port is taken or the directory can't be used
     */
    public static void prepare(MeshOptions options) throws PartFailedException {
        try {
            // Only the lock tells for sure: a process that was just killed may still be listed.
            if (Files.exists(options.lockFile())) {
                lock(options).close();
            }
            if (!Files.exists(options.stateFile())) {
                refuseTakenPorts(options);
            }
            Files.createDirectories(options.logs());
            if (!Files.isWritable(options.dataDir()) || !Files.isWritable(options.logs())) {
                throw new AccessDeniedException(options.dataDir().toString());
            }
        } catch (IOException unusable) {
            throw new PartFailedException(
                    "The mesh can't keep its data in " + options.dataDir() + " (" + unusable
                            + "). Choose a directory that can be written to with --data-dir DIR.",
                    unusable);
        }
    }

    private static void refuseTakenPorts(MeshOptions options) throws PartFailedException {
        Optional<String> taken = options.ports().findTaken(options);
        if (taken.isPresent()) {
            throw new PartFailedException(taken.get());
        }
    }

    private static FileChannel lock(MeshOptions options) throws IOException, PartFailedException {
        FileChannel channel = FileChannel.open(options.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (java.nio.channels.OverlappingFileLockException heldHere) {
            // Another mesh of this very process.
        }
        if (held == null) {
            channel.close();
            throw new PartFailedException("A mesh already runs on " + options.dataDir()
                    + ". Stop it with ./quantdesk down, or use --data-dir DIR and --port-offset N for a second one.");
        }
        return channel;
    }

    private void startParts() throws PartFailedException, IOException, InterruptedException {
        keys.prepareIdentityKeys();
        demoKey();
        List<Part> stores = new ArrayList<>(List.of(parts.postgres(), parts.redis()));
        if (options.localChain()) {
            stores.add(parts.chain());
        }
        supervisor.start(stores);
        supervisor.awaitHealthy(stores);
        migrate();
        List<Part> rest = new ArrayList<>(parts.services());
        rest.add(parts.envoy());
        rest.add(parts.traceServer());
        if (options.houseLiquidity() && options.localChain()) {
            // Tries again until the gateway lets it in, like any client of a mesh that starts.
            rest.add(parts.houseLiquidity());
        }
        supervisor.start(rest);
        supervisor.awaitHealthy(rest);
        supervisor.watch();
    }

    private void migrate() throws PartFailedException, IOException {
        try {
            long start = System.nanoTime();
            Migrations.run(
                    "127.0.0.1",
                    options.ports().postgres(),
                    PostgresPart.OWNER,
                    PostgresPart.OWNER,
                    keys.secret("postgres"));
            progress.accept(
                    String.format("  %-18s ready after %.1f s", "database schema", (System.nanoTime() - start) / 1e9));
        } catch (SQLException | org.flywaydb.core.api.FlywayException failed) {
            throw new PartFailedException(
                    "The database can't be brought up to date: " + failed.getMessage()
                            + ". A mesh of an older version may have written it: use another --data-dir, or delete "
                            + options.dataDir() + ".",
                    failed);
        }
    }

    private void writeState() {
        List<MeshState.RunningPart> running = new ArrayList<>();
        for (Part part : supervisor.parts()) {
            ProcessHandle.of(part.pid())
                    .ifPresent(process -> running.add(MeshState.RunningPart.of(part.name(), process)));
        }
        MeshState state = new MeshState(
                MeshState.RunningPart.of("supervisor", ProcessHandle.current()),
                options.ports().offset(),
                options.solanaRpc(),
                options.engineMembers(),
                running);
        try {
            Path temporary = options.stateFile().resolveSibling("mesh.json.new");
            Files.writeString(temporary, state.json().encodePrettily());
            Files.move(temporary, options.stateFile(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            progress.accept(
                    "The state of the mesh can't be written to " + options.stateFile() + ": " + failed.getMessage());
        }
    }

    public MeshOptions options() {
        return options;
    }

    /** Key pair of the demo trader, kept between runs. */
    public Ed25519.KeyPair demoKey() throws IOException {
        return keys.keyPair("demo-trader");
    }

    /** A part by its name, such as "risk-svc". */
    public Part part(String name) {
        return supervisor.part(name);
    }

    public List<Part> parts() {
        return supervisor.parts();
    }

    /** Waits until every part is healthy again. @throws PartFailedException when one is not within {@code timeout} */
    public void awaitHealthy(Duration timeout) throws PartFailedException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Part part : supervisor.parts()) {
            while (!part.isHealthy()) {
                if (System.nanoTime() > deadline) {
                    throw new PartFailedException(
                            part.name() + " is not healthy. Its last lines:\n" + part.lastWords());
                }
                Thread.sleep(50);
            }
        }
    }

    @Override
    public void close() {
        supervisor.close();
        try {
            Files.deleteIfExists(options.stateFile());
            lock.close();
        } catch (IOException failed) {
            progress.accept("The mesh has stopped, but " + options.stateFile() + " stays: " + failed.getMessage());
        }
    }
}
