package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.process.PartFailedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "logs", description = "Prints the log of a part, such as risk-svc.")
final class LogsCommand implements Callable<Integer> {
    private static final long TAIL_BYTES = 64 << 10;
    private static final long POLL_MS = 200;

    @Mixin
    private MeshLocation location;

    @Parameters(paramLabel = "PART", description = "Name of the part, as status prints it.")
    private String part;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on printing what is added, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() throws Exception {
        Path logs = location.options("").dataDir().resolve("logs");
        Path log = logs.resolve(part + ".log").normalize();
        if (!log.startsWith(logs) || !Files.exists(log)) {
            throw new PartFailedException("There is no log of '" + part + "'. There are: " + names(logs));
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            do {
                byte[] bytes = new byte[(int) Math.min(file.length() - file.getFilePointer(), TAIL_BYTES)];
                file.readFully(bytes);
                System.out.write(bytes);
                System.out.flush();
                if (follow && bytes.length == 0) {
                    Thread.sleep(POLL_MS);
                }
            } while (follow || file.getFilePointer() < file.length());
        }
        return 0;
    }

    private static String names(Path logs) throws IOException {
        if (!Files.isDirectory(logs)) {
            return "none; no mesh has run here";
        }
        try (var files = Files.list(logs)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .collect(Collectors.joining(", "));
        }
    }
}
