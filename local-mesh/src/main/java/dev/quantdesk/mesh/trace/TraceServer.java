package dev.quantdesk.mesh.trace;

import dev.quantdesk.mesh.process.PartFailedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads traces from a Zipkin server. */
public final class TraceServer implements AutoCloseable {
    private static final int HTTP_OK = 200;
    private static final int HTTP_NOT_FOUND = 404;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long LOOKBACK_MS = Duration.ofDays(7).toMillis();

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final String address;

    /** @param address such as "http://localhost:9411" */
    public TraceServer(String address) {
        this.address = address;
    }

    /** The trace, or nothing when the server does not have it. */
    public Optional<Trace> find(String traceId) throws PartFailedException, InterruptedException {
        HttpResponse<String> answer = get("/api/v2/trace/" + traceId);
        return answer.statusCode() == HTTP_OK ? Optional.of(trace(new JsonArray(answer.body()))) : Optional.empty();
    }

    /** The trace that an order belongs to, or nothing when the server does not have it. */
    public Optional<Trace> findByOrder(String orderId) throws PartFailedException, InterruptedException {
        String query = URLEncoder.encode("quantdesk.order_id=" + orderId, StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                get("/api/v2/traces?limit=1&lookback=" + LOOKBACK_MS + "&annotationQuery=" + query);
        JsonArray traces = new JsonArray(answer.body());
        return traces.isEmpty() ? Optional.empty() : Optional.of(trace(traces.getJsonArray(0)));
    }

    /** Waits until the trace fulfils {@code complete}; gives back what there is at the end of {@code timeout}. */
    public Optional<Trace> await(String traceId, Predicate<Trace> complete, Duration timeout)
            throws PartFailedException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Optional<Trace> trace = find(traceId);
        while (trace.filter(complete).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL);
            trace = find(traceId);
        }
        return trace;
    }

    private HttpResponse<String> get(String path) throws PartFailedException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() != HTTP_OK && answer.statusCode() != HTTP_NOT_FOUND) {
                throw new PartFailedException("The trace server answers " + answer.statusCode() + ": " + answer.body());
            }
            return answer;
        } catch (IOException away) {
            throw new PartFailedException(
                    "The trace server at " + address + " does not answer. See ./quantdesk logs zipkin.", away);
        }
    }

    private static Trace trace(JsonArray json) {
        List<Trace.Span> spans = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            spans.add(span(json.getJsonObject(i)));
        }
        return new Trace(json.getJsonObject(0).getString("traceId"), spans);
    }

    private static Trace.Span span(JsonObject span) {
        Map<String, String> tags = new HashMap<>();
        span.getJsonObject("tags", new JsonObject())
                .forEach(tag -> tags.put(tag.getKey(), String.valueOf(tag.getValue())));
        return new Trace.Span(
                span.getString("id"),
                span.getString("parentId", ""),
                span.getJsonObject("localEndpoint", new JsonObject()).getString("serviceName", "?"),
                span.getString("name", "?"),
                span.getString("kind", ""),
                span.getLong("timestamp", 0L),
                span.getLong("duration", 0L),
                tags);
    }

    @Override
    public void close() {
        client.close();
    }
}
