package dev.quantdesk.marketdata.feed;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket server that speaks the venue's wire format: greets, confirms subscriptions, and sends the frames that a
 * test hands it. The test plays the part of the venue's market.
 */
final class FakeVenue implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<JsonObject> requests = new LinkedBlockingQueue<>();
    private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
    private volatile List<String> book = List.of();

    FakeVenue(Vertx vertx) throws Exception {
        server = vertx.createHttpServer()
                .webSocketHandler(this::serve)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
    }

    private void serve(ServerWebSocket socket) {
        sockets.add(socket);
        int connection = sockets.size();
        socket.textMessageHandler(text -> {
            JsonObject request = new JsonObject(text);
            request.put("connection", connection);
            String event = request.getString("event");
            JsonObject confirmed = new JsonObject().put("event", event + "d").put("feed", request.getString("feed"));
            if (request.containsKey("product_ids")) {
                confirmed.put("product_ids", request.getJsonArray("product_ids"));
            }
            socket.writeTextMessage(confirmed.encode());
            requests.add(request);
            if ("subscribe".equals(event) && "book".equals(request.getString("feed"))) {
                book.forEach(socket::writeTextMessage);
            }
        });
        socket.writeTextMessage("{\"event\":\"info\",\"version\":1}");
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + "/ws/v1";
    }

    int connections() {
        return sockets.size();
    }

    /** Waits for a request such as ("subscribe", "book"), passing over others. @return number of its connection */
    int awaitRequest(String event, String feed) throws InterruptedException {
        while (true) {
            JsonObject request = requests.poll(10, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("no request to " + event + " " + feed);
            }
            if (event.equals(request.getString("event")) && feed.equals(request.getString("feed"))) {
                return request.getInteger("connection");
            }
        }
    }

    /** From now on these frames follow every subscription to the book. */
    void answerWithBook(List<String> frames) {
        book = List.copyOf(frames);
    }

    void send(String... frames) {
        for (String frame : frames) {
            sockets.getLast().writeTextMessage(frame);
        }
    }

    void disconnect() {
        sockets.getLast().close();
    }

    @Override
    public void close() {
        server.close();
    }
}
