package dev.quantdesk.kit.rpc;

import io.vertx.core.Context;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The sending side of a server stream. Used by the one thread that serves the stream. At most {@value #WINDOW} messages wait
 * for the network; a client that does not take one within {@link #PATIENCE} is cut off with {@link Reason#SLOW_CONSUMER}.
 */
public final class StreamWriter<R> {
    private static final int WINDOW = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Context context;
    private final GrpcServerRequest<?, R> request;
    private final Semaphore window = new Semaphore(WINDOW);
    private volatile boolean closed;
    private volatile boolean stopping;

    StreamWriter(Context context, GrpcServerRequest<?, R> request) {
        this.context = context;
        this.request = request;
        request.exceptionHandler(_ -> closed = true);
        request.response().exceptionHandler(_ -> closed = true);
    }

    /** Sends one message. @throws ClosedByClientException when nobody listens any more */
    public void send(R message) throws InterruptedException {
        checkOpen();
        if (!window.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw ApiException.refuse(Reason.SLOW_CONSUMER, "The client took no message for " + PATIENCE.toSeconds() + " s.")
                    .build();
        }
        context.runOnContext(_ -> {
            if (closed) {
                window.release();
                return;
            }
            request.response().write(message).onComplete(written -> {
                window.release();
                if (written.failed()) {
                    closed = true;
                }
            });
        });
    }

    /** Waits for the next item of {@code queue} as long as the stream is open. */
    public <T> T await(BlockingQueue<T> queue) throws InterruptedException {
        while (true) {
            T item = queue.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
            checkOpen();
            if (item != null) {
                return item;
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new ClosedByClientException();
        }
        if (stopping) {
            throw ApiException.refuse(Reason.SERVICE_STOPPING, Reason.SERVICE_STOPPING.meaning())
                    .build();
        }
    }

    void stop() {
        stopping = true;
    }

    /** The client has gone; there is nobody to answer. */
    static final class ClosedByClientException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedByClientException() {
            super("closed by the client", null, false, false);
        }
    }
}
