package dev.quantdesk.mesh;

import dev.quantdesk.mesh.process.Part;
import dev.quantdesk.mesh.process.PartFailedException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** Embedded Postgres with its data kept between runs. */
final class PostgresPart implements Part {
    static final String OWNER = "postgres";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(40);

    private final Path data;
    private final Path log;
    private final int port;
    private volatile EmbeddedPostgres server;

    PostgresPart(Path data, Path log, int port) {
        this.data = data;
        this.log = log;
        this.port = port;
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public void start() throws PartFailedException {
        // One that was killed still holds the lock on its data directory.
        stop(START_TIMEOUT);
        try {
            ProcessBuilder.Redirect output = ProcessBuilder.Redirect.appendTo(log.toFile());
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setRegisterShutdownHook(false)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("shared_buffers", "32MB")
                    .setServerConfig("max_connections", "64")
                    .setServerConfig("autovacuum_naptime", "60s")
                    .setServerConfig("jit", "off")
                    .setPGStartupWait(START_TIMEOUT)
                    .setOutputRedirector(output)
                    .setErrorRedirector(output)
                    .start();
        } catch (IOException | IllegalStateException failed) {
            throw new PartFailedException("postgres can't be started: " + failed + " (see " + log + ")", failed);
        }
    }

    @Override
    public boolean isAlive() {
        long pid = pid();
        return pid > 0 && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    @Override
    public boolean isHealthy() {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?connectTimeout=2&socketTimeout=2";
        try (var connection = DriverManager.getConnection(url, OWNER, OWNER)) {
            return connection.isValid(2);
        } catch (SQLException unreachable) {
            return false;
        }
    }

    @Override
    public long pid() {
        try {
            Path file = data.resolve("postmaster.pid");
            return Files.exists(file)
                    ? Long.parseLong(Files.readAllLines(file).getFirst().strip())
                    : 0;
        } catch (IOException | java.util.NoSuchElementException | NumberFormatException halfWritten) {
            return 0;
        }
    }

    @Override
    public Duration startTimeout() {
        return START_TIMEOUT;
    }

    @Override
    public String lastWords() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
        } catch (IOException unreadable) {
            return "(" + log + " can't be read)";
        }
    }

    @Override
    public void stop(Duration patience) {
        EmbeddedPostgres running = server;
        server = null;
        if (running == null) {
            return;
        }
        try {
            running.close();
        } catch (IOException failed) {
            ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
        }
    }
}
