package dev.quantdesk.marketdata.feed;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One WebSocket connection, read by blocking from a bounded queue. Used by one virtual thread. */
final class VenueConnection implements AutoCloseable {
    static final int FRAME_MAX_BYTES = 4 << 20;
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Frames that wait to be taken; a minute of a busy market. */
    private static final int QUEUE_MAX = 16_384;

    private final ClientWebSocket socket;
    private final BlockingQueue<Received> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
    private volatile String broken;

    /** A text frame with the time it arrived. */
    record Received(String text, Instant time) {}

    /** The connection can't be used any more; says why. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenException(String message) {
            super(message);
        }
    }

    private VenueConnection(ClientWebSocket socket, Clock clock) {
        this.socket = socket;
        socket.textMessageHandler(text -> {
            if (!queue.offer(new Received(text, clock.instant()))) {
                broken = "frames arrive faster than they are taken";
            }
        });
        socket.exceptionHandler(failure -> broken = String.valueOf(failure.getMessage()));
        socket.closeHandler(_ -> {
            if (broken == null) {
                broken = "closed by the venue";
            }
        });
    }

    static VenueConnection open(WebSocketClient client, String url, Clock clock)
            throws BrokenException, InterruptedException {
        VenueConnection connection = new VenueConnection(client.webSocket(), clock);
        Future<?> connected = connection.socket.connect(new WebSocketConnectOptions().setAbsoluteURI(url));
        try {
            connected.toCompletionStage().toCompletableFuture().get(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return connection;
        } catch (ExecutionException failed) {
            throw new BrokenException("can't connect: " + failed.getCause().getMessage());
        } catch (TimeoutException _) {
            throw new BrokenException("can't connect within " + CONNECT_TIMEOUT.toSeconds() + " s");
        }
    }

    /** The next frame, or null when none came in time. @throws BrokenException when there will be no more */
    Received next(Duration timeout) throws InterruptedException, BrokenException {
        Received received = queue.poll();
        if (received != null) {
            return received;
        }
        checkOpen();
        return queue.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    void send(String text) throws BrokenException {
        checkOpen();
        socket.writeTextMessage(text);
    }

    void ping() throws BrokenException {
        checkOpen();
        socket.writePing(Buffer.buffer());
    }

    private void checkOpen() throws BrokenException {
        String why = broken;
        if (why != null) {
            throw new BrokenException(why);
        }
    }

    @Override
    public void close() {
        if (broken == null) {
            socket.close();
        }
    }
}
