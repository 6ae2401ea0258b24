package dev.quantdesk.risk.ledger;

import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks a Solana cluster over JSON-RPC which one it is. Blocks; thread-safe. */
public final class GenesisClient implements AutoCloseable {
    /** Longest wait for the answer. */
    public static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final long ANSWER_BYTES_MAX = 16_384;
    private static final String QUESTION = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getGenesisHash\"}";

    private final URI rpc;
    private final Telemetry telemetry;
    private final HttpClient http;

    /** @throws IllegalArgumentException when {@code rpcUrl} is not an HTTP address */
    public GenesisClient(String rpcUrl, Telemetry telemetry) {
        this.rpc = URI.create(rpcUrl);
        if (rpc.getHost() == null || rpc.getScheme() == null || !rpc.getScheme().startsWith("http")) {
            throw new IllegalArgumentException("solana.rpc_url is '" + rpcUrl + "', not an HTTP address");
        }
        this.telemetry = telemetry;
        this.http = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** @throws IOException when the cluster does not answer in time or not with a hash */
    public String genesisHash() throws Exception {
        return telemetry.inSpan(
                "solana getGenesisHash",
                SpanKind.CLIENT,
                Map.of("rpc.system", "jsonrpc", "rpc.method", "getGenesisHash", "server.address", rpc.getHost()),
                this::ask);
    }

    private String ask() throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(rpc)
                .timeout(TIMEOUT)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(QUESTION));
        telemetry.inject(request::setHeader);
        HttpResponse<String> answer = http.send(
                request.build(),
                HttpResponse.BodyHandlers.limiting(
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8), ANSWER_BYTES_MAX));
        if (answer.statusCode() != 200) {
            throw new IOException("getGenesisHash was answered with HTTP " + answer.statusCode());
        }
        try {
            if (new JsonObject(answer.body()).getValue("result") instanceof String hash) {
                return hash;
            }
        } catch (DecodeException malformed) {
            throw new IOException("getGenesisHash was answered with something that is not JSON", malformed);
        }
        throw new IOException("getGenesisHash was answered without a hash");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
