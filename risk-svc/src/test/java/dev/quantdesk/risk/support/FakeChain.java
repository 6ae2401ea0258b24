package dev.quantdesk.risk.support;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A JSON-RPC server that knows {@code getGenesisHash}, as a Solana provider on the internet answers it. */
public final class FakeChain implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Answer answer;

    private record Answer(int status, String body, boolean silent) {}

    public FakeChain() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            JsonObject question =
                    new JsonObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            Answer given = answer;
            if (given.silent()) {
                awaitClose();
            }
            byte[] body = ("getGenesisHash".equals(question.getString("method"))
                            ? given.body()
                            : "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"No such method\"},\"id\":1}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(given.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private void awaitClose() {
        try {
            closed.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public void answersHash(String hash) {
        answers(200, "{\"jsonrpc\":\"2.0\",\"result\":\"" + hash + "\",\"id\":1}");
    }

    public void answers(int status, String body) {
        answer = new Answer(status, body, false);
    }

    public void staysSilent() {
        answer = new Answer(200, "", true);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.close();
    }
}
