package dev.quantdesk.execution.settlement;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The local chain in a process of its own, as the mesh runs it, on free ports and without a ledger. */
final class LocalChain implements AutoCloseable {
    private static final int ATTEMPTS = 20;

    private final Process process;
    private final int port;

    private LocalChain(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static LocalChain start() throws IOException {
        Path root = Path.of(System.getProperty("quantdesk.root"));
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        root.resolve(".quantdesk/venv/bin/python").toString(),
                        "-m",
                        "quantdesk_chain",
                        "--port",
                        Integer.toString(port))
                .redirectErrorStream(true);
        builder.environment().put("PYTHONPATH", root.resolve("local-mesh/chain").toString());
        builder.environment().put("PYTHONUNBUFFERED", "1");
        Process process = builder.start();
        // Says in one line when it is ready; ends its output when it can't start.
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.contains("\"ready\"")) {
            process.destroyForcibly();
            throw new IllegalStateException("the local chain does not start (./quantdesk test installs it): " + line);
        }
        return new LocalChain(process, port);
    }

    /** The chain takes the port and the next one. */
    private static int freePort() {
        for (int i = 0; i < ATTEMPTS; i++) {
            try (ServerSocket first = new ServerSocket(0);
                    ServerSocket _ = new ServerSocket(first.getLocalPort() + 1)) {
                return first.getLocalPort();
            } catch (IOException taken) {
                if (i == ATTEMPTS - 1) {
                    throw new UncheckedIOException(taken);
                }
            }
        }
        throw new IllegalStateException("no two free ports");
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
