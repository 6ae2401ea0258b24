package dev.quantdesk.execution.settlement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quantdesk.execution.settlement.SolanaException.Kind;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.SpanKind;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.OkHttpClient;
import org.p2p.solanaj.rpc.RpcClient;
import org.p2p.solanaj.rpc.RpcException;

/**
 * A Solana node over JSON-RPC by solanaj. Uses the library's raw call, because its typed methods skip the preflight,
 * cannot say which commitment the preflight uses, and drop the error of a status. Thread-safe.
 */
public final class SolanajNode implements SolanaNode {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

    /** One commitment for blockhash, preflight and balance: a blockhash newer than the preflight's view is refused. */
    private static final String CONFIRMED = "confirmed";

    private static final String FINALIZED = "finalized";

    private final RpcClient client;
    private final Telemetry telemetry;
    private final String host;

    /**
     * @param url the node's HTTP address
     * @param http must bound the time of a whole call, as {@link #boundedHttpClient()} does
     * @throws IllegalArgumentException when calls could take for ever or the address has no host
     */
    public SolanajNode(String url, OkHttpClient http, Telemetry telemetry) {
        if (http.callTimeoutMillis() == 0) {
            throw new IllegalArgumentException("the HTTP client has no call timeout");
        }
        host = URI.create(url).getHost();
        if (host == null) {
            throw new IllegalArgumentException("no host in the Solana RPC address " + url);
        }
        client = new RpcClient(url, http);
        this.telemetry = telemetry;
    }

    /** A client whose calls end within five seconds. */
    public static OkHttpClient boundedHttpClient() {
        return new OkHttpClient.Builder()
                .connectTimeout(CONNECT_TIMEOUT)
                .callTimeout(CALL_TIMEOUT)
                .build();
    }

    @Override
    public Blockhash latestBlockhash() throws SolanaException {
        JsonNode result = call("getLatestBlockhash", Map.of("commitment", CONFIRMED));
        JsonNode value = field(result, "value");
        return new Blockhash(
                field(value, "blockhash").asText(),
                field(value, "lastValidBlockHeight").asLong(),
                contextSlot(result));
    }

    @Override
    public long finalizedBlockHeight() throws SolanaException {
        return call("getBlockHeight", Map.of("commitment", FINALIZED)).asLong();
    }

    @Override
    public void send(byte[] transaction, boolean preflight) throws SolanaException {
        Map<String, Object> options = Map.of(
                "encoding",
                "base64",
                "skipPreflight",
                !preflight,
                "preflightCommitment",
                CONFIRMED,
                // This service sends again by itself, and stops when the transaction has landed.
                "maxRetries",
                0);
        try {
            call("sendTransaction", Base64.getEncoder().encodeToString(transaction), options);
        } catch (SolanaException refused) {
            if (!SendRefusal.isAlreadyProcessed(refused.getMessage())) {
                throw new SolanaException(
                        SendRefusal.kindOf(refused.getMessage()), refused.getMessage(), refused.getCause());
            }
        }
    }

    @Override
    public Statuses statuses(List<String> signatures, boolean searchHistory) throws SolanaException {
        JsonNode result = call("getSignatureStatuses", signatures, Map.of("searchTransactionHistory", searchHistory));
        List<Optional<Status>> statuses = new ArrayList<>();
        for (JsonNode status : field(result, "value")) {
            statuses.add(status.isNull() ? Optional.empty() : Optional.of(status(status)));
        }
        if (statuses.size() != signatures.size()) {
            throw malformed("getSignatureStatuses gave " + statuses.size() + " of " + signatures.size());
        }
        return new Statuses(contextSlot(result), List.copyOf(statuses));
    }

    @Override
    public String genesisHash() throws SolanaException {
        return call("getGenesisHash").asText();
    }

    @Override
    public long balance(PublicKey account) throws SolanaException {
        return field(call("getBalance", account.toString(), Map.of("commitment", CONFIRMED)), "value")
                .asLong();
    }

    @Override
    public String requestAirdrop(PublicKey account, long lamports) throws SolanaException {
        return call("requestAirdrop", account.toString(), lamports).asText();
    }

    private static Status status(JsonNode status) throws SolanaException {
        JsonNode error = status.path("err");
        boolean failed = !error.isNull() && !error.isMissingNode();
        String confirmation = status.path("confirmationStatus").asText();
        return new Status(
                field(status, "slot").asLong(),
                failed ? Optional.of(error.toString()) : Optional.empty(),
                confirmation.equals(CONFIRMED) || confirmation.equals(FINALIZED));
    }

    private static long contextSlot(JsonNode result) throws SolanaException {
        return field(field(result, "context"), "slot").asLong();
    }

    private static JsonNode field(JsonNode object, String name) throws SolanaException {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw malformed("no " + name + " in the answer");
        }
        return value;
    }

    private static SolanaException malformed(String what) {
        return new SolanaException(Kind.UNAVAILABLE, "the Solana node's answer is malformed: " + what);
    }

    private JsonNode call(String method, Object... params) throws SolanaException {
        Map<String, String> attributes = Map.of("rpc.system", "jsonrpc", "rpc.method", method, "server.address", host);
        try {
            JsonNode result = telemetry.inSpan(
                    "solana " + method,
                    SpanKind.CLIENT,
                    attributes,
                    () -> client.call(method, List.of(params), JsonNode.class));
            if (result == null || result.isNull()) {
                throw malformed("no result from " + method);
            }
            return result;
        } catch (SolanaException malformed) {
            throw malformed;
        } catch (RpcException failed) {
            throw new SolanaException(Kind.UNAVAILABLE, String.valueOf(failed.getMessage()), failed);
        } catch (Exception failed) {
            throw new SolanaException(Kind.UNAVAILABLE, method + " failed: " + failed.getMessage(), failed);
        }
    }
}
