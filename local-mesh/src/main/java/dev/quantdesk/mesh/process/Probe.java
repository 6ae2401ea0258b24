package dev.quantdesk.mesh.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a part whether it is healthy. Never throws; answers within two seconds. */
@FunctionalInterface
public interface Probe {
    /** Longest wait for an answer. */
    Duration TIMEOUT = Duration.ofSeconds(2);

    boolean isHealthy();

    /** Healthy when {@code url} answers 200. */
    static Probe http(String url) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
        return answers(request);
    }

    /** Healthy when the Solana node says so itself. */
    static Probe solana(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(TIMEOUT)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getHealth\"}"))
                .build();
        return answers(request);
    }

    /**
     * Healthy when Envoy serves, its own checks have found every service and none is shut out for calls that failed: until then it
     * refuses calls to the missing.
     */
    static Probe envoy(String adminUrl) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(adminUrl + "/clusters"))
                .timeout(TIMEOUT)
                .build();
        return () -> {
            try {
                HttpResponse<String> answer = Http.CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
                return answer.statusCode() == 200
                        && answer.body().contains("health_flags::healthy")
                        && !answer.body().contains("failed_active_hc")
                        && !answer.body().contains("failed_outlier_check");
            } catch (IOException unreachable) {
                return false;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }

    private static Probe answers(HttpRequest request) {
        return () -> {
            try {
                return Http.CLIENT
                                .send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException unreachable) {
                return false;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }

    /** Healthy when a Redis server answers PONG. */
    static Probe redis(int port) {
        return () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), (int) TIMEOUT.toMillis());
                socket.setSoTimeout((int) TIMEOUT.toMillis());
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
            } catch (IOException unreachable) {
                return false;
            }
        };
    }

    /** The client that all probes share. */
    final class Http {
        private static final HttpClient CLIENT = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();

        private Http() {}
    }
}
