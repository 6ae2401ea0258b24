package dev.quantdesk.kit.service;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Answers operators over HTTP: {@code /health} (alive), {@code /ready} (each condition) and {@code /metrics}. */
final class OperationsServer {
    private final Vertx vertx;
    private final String service;
    private final Map<String, BooleanSupplier> conditions;
    private final BooleanSupplier ready;
    private final long startNanos = System.nanoTime();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    OperationsServer(Vertx vertx, String service, Map<String, BooleanSupplier> conditions, BooleanSupplier ready) {
        this.vertx = vertx;
        this.service = service;
        this.conditions = conditions;
        this.ready = ready;
    }

    void listen(int port, String host, Duration timeout) throws Exception {
        vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(port, host)
                .toCompletionStage()
                .toCompletableFuture()
                .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void answer(HttpServerRequest request) {
        switch (request.path()) {
            case "/health" -> json(request, 200, new JsonObject().put("status", "UP"));
            case "/ready" -> {
                boolean up = ready.getAsBoolean();
                JsonObject checks = new JsonObject();
                conditions.forEach((name, holds) -> checks.put(name, holds.getAsBoolean()));
                json(
                        request,
                        up ? 200 : 503,
                        new JsonObject()
                                .put("status", up ? "READY" : "NOT_READY")
                                .put("checks", checks));
            }
            case "/metrics" ->
                request.response()
                        .putHeader("content-type", PrometheusTextFormatWriter.CONTENT_TYPE)
                        .end(metrics());
            default ->
                json(
                        request,
                        404,
                        new JsonObject().put("error", "no such page; there are /health, /ready and /metrics"));
        }
    }

    private String metrics() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32_768);
        try {
            writer.write(bytes, PrometheusRegistry.defaultRegistry.scrape());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void json(HttpServerRequest request, int code, JsonObject body) {
        body.put("service", service).put("uptime_seconds", (System.nanoTime() - startNanos) / 1_000_000_000L);
        request.response()
                .setStatusCode(code)
                .putHeader("content-type", "application/json")
                .end(body.encode());
    }
}
