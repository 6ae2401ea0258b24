package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.process.PartFailedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a mesh in a process of its own and shows what it prints until it is up. */
final class DetachedMesh {
    private static final String UP = "The mesh is up.";
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final long POLL_MS = 100;

    private DetachedMesh() {}

    /** 0 once the mesh is up; 1 when it ended before. */
    static int start(MeshOptions options) throws PartFailedException, IOException, InterruptedException {
        // The log of a mesh that runs here stays whole.
        Mesh.prepare(options);
        Path log = options.dataDir().resolve("mesh.log");
        Files.deleteIfExists(log);
        Files.createFile(log);
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback-cli.xml",
                "-Dquantdesk.root=" + options.root(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                QuantDesk.class.getName(),
                "up",
                "--port-offset",
                Integer.toString(options.ports().offset()),
                "--data-dir",
                options.dataDir().toString(),
                "--engine-members",
                Integer.toString(options.engineMembers())));
        if (!options.localChain()) {
            command.addAll(List.of("--solana-rpc", options.solanaRpc()));
        }
        Process mesh = new ProcessBuilder(command)
                .directory(options.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        return show(mesh, log);
    }

    private static int show(Process mesh, Path log) throws IOException, InterruptedException {
        long shown = 0;
        while (true) {
            boolean alive = mesh.isAlive();
            String news = read(log, shown);
            int whole = news.lastIndexOf('\n') + 1;
            System.out.print(news.substring(0, whole));
            shown += news.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
            if (news.contains(UP)) {
                return 0;
            }
            if (!alive) {
                System.out.print(news.substring(whole));
                return 1;
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static String read(Path log, long from) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
