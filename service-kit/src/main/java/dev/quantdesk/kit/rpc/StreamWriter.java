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
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int WINDOW = 256;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Context context;
    private final GrpcServerRequest<?, R> request;
    private final Duration patience;
    private final Semaphore window = new Semaphore(WINDOW);
    private final long endNanos;
    private boolean opened;
    private volatile boolean closed;
    private volatile boolean stopping;

    StreamWriter(Context context, GrpcServerRequest<?, R> request, Duration patience) {
        this.context = context;
        this.request = request;
        this.patience = patience;
        this.endNanos = Call.deadlineNanos(request);
        // A lost connection is an exception, a cancelled stream an error: each has its own handler.
        request.exceptionHandler(_ -> closed = true);
        request.errorHandler(_ -> closed = true);
        request.response().exceptionHandler(_ -> closed = true);
    }

    /** Sends one message. @throws ClosedByClientException when nobody listens any more */
    public void send(R message) throws InterruptedException {
        checkOpen();
        if (!window.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            checkOpen();
            throw ApiException.refuse(
                            Reason.SLOW_CONSUMER, "The client took no message for " + patience.toMillis() + " ms.")
                    .build();
        }
        opened = true;
        context.runOnContext(_ -> write(message));
    }

    private void write(R message) {
        if (closed) {
            window.release();
            return;
        }
        try {
            request.response().write(message).onComplete(written -> {
                window.release();
                if (written.failed()) {
                    closed = true;
                }
            });
        } catch (IllegalStateException ended) {
            // The stream was cancelled or ran into its deadline between the check and the write.
            closed = true;
            window.release();
        }
    }

    /** Waits for the next item of {@code queue} as long as the stream is open. */
    public <T> T await(BlockingQueue<T> queue) throws InterruptedException {
        open();
        while (true) {
            T item = queue.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
            checkOpen();
            if (item != null) {
                return item;
            }
        }
    }

    /** Tells the client that the stream is open, for the first message may be long in coming. */
    private void open() {
        if (!opened) {
            opened = true;
            context.runOnContext(
                    _ -> ErrorMapper.ifOpen(() -> request.response().writeHead()));
        }
    }

    private void checkOpen() {
        if (closed || endNanos != Long.MAX_VALUE && System.nanoTime() - endNanos > 0) {
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
