package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.quantdesk.execution.settlement.SolanaException.Kind;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against an HTTP server that answers as a validator does; the answers are those of Agave's JSON-RPC documentation. */
@Timeout(30)
class SolanajNodeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RecordedSpans spans = new RecordedSpans();
    private final CountDownLatch release = new CountDownLatch(1);
    private HttpServer server;
    private SolanajNode node;
    private volatile String answer;
    private volatile boolean silent;
    private volatile JsonNode request;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Thread::startVirtualThread);
        server.createContext("/", exchange -> {
            request = JSON.readTree(exchange.getRequestBody());
            if (silent) {
                try {
                    release.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
            byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":\"1\"," + answer + "}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        node = node(SolanajNode.boundedHttpClient());
    }

    @AfterEach
    void stopServer() {
        release.countDown();
        server.stop(0);
    }

    @Test
    void shouldReadTheBlockhashAtTheCommitmentOfThePreflight() throws SolanaException {
        answer = "\"result\":{\"context\":{\"slot\":2792},\"value\":"
                + "{\"blockhash\":\"EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N\",\"lastValidBlockHeight\":3090}}";

        assertEquals(
                new SolanaNode.Blockhash("EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N", 3090, 2792),
                node.latestBlockhash());
        assertEquals("[{\"commitment\":\"confirmed\"}]", request.get("params").toString());
    }

    @Test
    void shouldLetTheNodeCheckWhatItIsSentAndNotSendAgain() throws SolanaException {
        answer = "\"result\":"
                + "\"2id3YC2jK9G5Wo2phDx4gJVAew8DcY5NAojnVuao8rkxwPYPe8cSwE5GzhEgJA2y8fVjDEo6iR6ykBvDxrTQrtpb\"";

        node.send(new byte[] {1, 2, 3}, true);

        JsonNode options = request.get("params").get(1);
        assertEquals("AQID", request.get("params").get(0).asText());
        assertEquals("base64", options.get("encoding").asText());
        assertFalse(options.get("skipPreflight").asBoolean());
        assertEquals("confirmed", options.get("preflightCommitment").asText());
        assertEquals(0, options.get("maxRetries").asInt());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x2 | REJECTED",
                "Transaction signature verification failure | REJECTED",
                "Transaction precompile verification failure InvalidSignature | REJECTED",
                "decoded solana_transaction too large: 1300 bytes (max: 1232 bytes) | REJECTED",
                "Transaction simulation failed: Blockhash not found | BLOCKHASH_UNKNOWN",
                "Transaction simulation failed: Attempt to debit an account but found no record"
                        + " of a prior credit. | UNFUNDED",
                "Transaction simulation failed: Insufficient funds for fee | UNFUNDED",
                "Node is behind by 42 slots | UNAVAILABLE",
                "Too many requests | UNAVAILABLE"
            })
    void shouldTellWhatARefusalMeansWhenTheNodeAnswersWithAnError(String message, Kind kind) {
        answer = "\"error\":{\"code\":-32002,\"message\":\"" + message + "\",\"data\":{\"logs\":[]}}";

        SolanaException refused = assertThrows(SolanaException.class, () -> node.send(new byte[] {1}, true));

        assertEquals(kind, refused.kind());
        assertEquals(message, refused.getMessage());
    }

    @Test
    void shouldTakeItAsSentWhenTheNodeHasTheTransactionAlready() throws SolanaException {
        answer = "\"error\":{\"code\":-32002,\"message\":"
                + "\"Transaction simulation failed: This transaction has already been processed\"}";

        node.send(new byte[] {1}, true);
    }

    @Test
    void shouldKeepOrderAndErrorsWhenItReadsStatuses() throws SolanaException {
        answer = "\"result\":{\"context\":{\"slot\":82},\"value\":["
                + "{\"slot\":48,\"confirmations\":null,\"err\":null,"
                + "\"status\":{\"Ok\":null},\"confirmationStatus\":\"finalized\"},"
                + "null,"
                + "{\"slot\":81,\"confirmations\":1,\"err\":{\"InstructionError\":[0,{\"Custom\":2}]},"
                + "\"confirmationStatus\":\"confirmed\"},"
                + "{\"slot\":82,\"confirmations\":0,\"err\":null,\"confirmationStatus\":\"processed\"}]}";

        SolanaNode.Statuses statuses = node.statuses(List.of("a", "b", "c", "d"), true);

        assertEquals(82, statuses.slot());
        assertEquals(
                List.of(
                        Optional.of(new SolanaNode.Status(48, Optional.empty(), true)),
                        Optional.empty(),
                        Optional.of(new SolanaNode.Status(
                                81, Optional.of("{\"InstructionError\":[0,{\"Custom\":2}]}"), true)),
                        Optional.of(new SolanaNode.Status(82, Optional.empty(), false))),
                statuses.byOrder());
        assertTrue(request.get("params").get(1).get("searchTransactionHistory").asBoolean());
    }

    @Test
    void shouldSayUnavailableWhenTheAnswerIsMalformed() {
        for (String malformed : List.of(
                "\"result\":null",
                "\"result\":{}",
                "\"result\":{\"context\":{\"slot\":1},\"value\":[]}",
                "\"result\":{\"context\":{},\"value\":[null]}")) {
            answer = malformed;
            SolanaException failed = assertThrows(SolanaException.class, () -> node.statuses(List.of("a"), false));
            assertEquals(Kind.UNAVAILABLE, failed.kind());
        }
    }

    @Test
    void shouldSayUnavailableInBoundedTimeWhenTheNodeIsSilent() {
        silent = true;
        SolanajNode impatient = node(
                new OkHttpClient.Builder().callTimeout(Duration.ofMillis(200)).build());

        SolanaException failed = assertThrows(SolanaException.class, impatient::finalizedBlockHeight);

        assertEquals(Kind.UNAVAILABLE, failed.kind());
    }

    @Test
    void shouldRefuseAClientWhoseCallsMayTakeForEver() {
        OkHttpClient unbounded = new OkHttpClient();

        assertThrows(IllegalArgumentException.class, () -> node(unbounded));
    }

    @Test
    void shouldTraceEveryCallWithItsFailure() throws SolanaException {
        answer = "\"result\":7";
        node.finalizedBlockHeight();
        answer = "\"error\":{\"code\":-32005,\"message\":\"Node is unhealthy\"}";
        assertThrows(SolanaException.class, node::genesisHash);

        SpanData called = spans.named("solana getBlockHeight").getFirst();
        assertEquals(SpanKind.CLIENT, called.getKind());
        assertEquals("jsonrpc", called.getAttributes().get(AttributeKey.stringKey("rpc.system")));
        assertEquals("getBlockHeight", called.getAttributes().get(AttributeKey.stringKey("rpc.method")));
        assertEquals("127.0.0.1", called.getAttributes().get(AttributeKey.stringKey("server.address")));
        assertEquals(StatusCode.UNSET, called.getStatus().getStatusCode());
        SpanData failed = spans.named("solana getGenesisHash").getFirst();
        assertEquals(StatusCode.ERROR, failed.getStatus().getStatusCode());
    }

    private SolanajNode node(OkHttpClient http) {
        Telemetry telemetry = spans.telemetry();
        return new SolanajNode("http://127.0.0.1:" + server.getAddress().getPort(), http, telemetry);
    }
}
