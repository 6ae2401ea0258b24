package dev.quantdesk.kit.service;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@link TestService} in a process of its own, with ports of its own; killed when closed. */
final class ServiceProcess implements AutoCloseable {
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path gate;
    private final Path output;
    private final int grpcPort;
    private final int httpPort;
    private final Process process;

    ServiceProcess(Path directory, String behaviour, Map<String, String> variables) throws Exception {
        gate = directory.resolve("gate");
        output = directory.resolve("output.txt");
        grpcPort = freePort();
        httpPort = freePort();
        Path keys = directory.resolve("keys.json");
        var key = new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
        Files.writeString(keys, new JWKSet(key.toPublicJWK()).toString());
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TestService.class.getName(),
                        gate.toString(),
                        behaviour))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of(
                        "GRPC_PORT", Integer.toString(grpcPort),
                        "HTTP_PORT", Integer.toString(httpPort),
                        "IDENTITY_KEY_SET_FILE", keys.toString()));
        builder.environment().putAll(variables);
        process = builder.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    int grpcPort() {
        return grpcPort;
    }

    void openGate() throws IOException {
        Files.writeString(gate, "");
    }

    /** Waits until the process has printed {@code text}. */
    void awaitOutput(String text) throws InterruptedException {
        long end = System.nanoTime() + WAIT.toNanos();
        while (!output().contains(text)) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new AssertionError("the process did not print '" + text + "':\n" + output());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Asks the process to stop, as an operator or orchestrator does. */
    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(WAIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the process does not end:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        http.close();
        process.destroyForcibly();
    }
}
