package dev.quantdesk.mesh.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A part that is one operating system process with its output in a log file. */
public final class ProcessPart implements Part {
    private static final long LOG_ROTATE_BYTES = 32L << 20;
    private static final int LAST_WORDS_BYTES = 4_096;
    private static final int LAST_WORDS_LINES = 12;
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path directory;
    private final Path log;
    private final Probe probe;
    private final Duration startTimeout;
    private volatile Process process;

    /**
     * @param environment variables set besides those of this process
     * @param log file that the output is appended to
     */
    public ProcessPart(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path directory,
            Path log,
            Probe probe,
            Duration startTimeout) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.log = log;
        this.probe = probe;
        this.startTimeout = startTimeout;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() throws PartFailedException {
        try {
            rotateLog();
            // In a session of its own, so that Ctrl-C reaches the supervisor alone and it stops the parts in order.
            List<String> line = new ArrayList<>();
            if (Files.isExecutable(SETSID)) {
                line.add(SETSID.toString());
            }
            line.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(line)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            // The C library otherwise keeps an arena of its own for nearly every thread.
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException failed) {
            throw new PartFailedException(name + " can't be started: " + failed.getMessage(), failed);
        }
    }

    private void rotateLog() throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_ROTATE_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public boolean isHealthy() {
        return isAlive() && probe.isHealthy();
    }

    @Override
    public long pid() {
        return isAlive() ? process.pid() : 0;
    }

    @Override
    public Duration startTimeout() {
        return startTimeout;
    }

    @Override
    public String lastWords() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LAST_WORDS_BYTES);
            byte[] tail = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(tail);
            List<String> lines =
                    new String(tail, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_WORDS_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(" + log + " can't be read: " + unreadable.getMessage() + ")";
        }
    }

    @Override
    public void stop(Duration patience) {
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly().waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
