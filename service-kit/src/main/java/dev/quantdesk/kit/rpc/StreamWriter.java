package dev.quantdesk.kit.rpc;

import io.vertx.core.Context;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The sending side of a stream. Thread-safe. At most {@value #WINDOW} messages wait
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
    /** What waits for the event loop; the window bounds it. */
    private final Queue<R> outgoing = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean writing = new AtomicBoolean();
    private final long endNanos;
    private volatile boolean opened;
    private volatile Runnable onClose = () -> {};
    private volatile boolean closed;
    private volatile boolean stopping;

    StreamWriter(Context context, GrpcServerRequest<?, R> request, Duration patience) {
        this.context = context;
        this.request = request;
        this.patience = patience;
        this.endNanos = Call.deadlineNanos(request);
        // A lost connection is an exception, a cancelled stream an error: each has its own handler.
        request.exceptionHandler(_ -> close());
        request.errorHandler(_ -> close());
        request.response().exceptionHandler(_ -> close());
    }

    private void close() {
        closed = true;
        Call.forgetDeadline(request);
        onClose.run();
    }

    /** Calls {@code listener} once nobody listens any more, on the stream's event loop. */
    void onClose(Runnable listener) {
        onClose = listener;
    }

    /** Sends one message. @throws ClosedByClientException when nobody listens any more */
    public void send(R message) throws InterruptedException {
        checkOpen();
        answer(message);
    }

    /** Sends the answer to a message of the client: like {@link #send}, also while the server is stopping. */
    public void answer(R message) throws InterruptedException {
        checkConnected();
        if (!window.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            checkConnected();
            throw ApiException.refuse(
                            Reason.SLOW_CONSUMER, "The client took no message for " + patience.toMillis() + " ms.")
                    .build();
        }
        opened = true;
        outgoing.add(message);
        if (writing.compareAndSet(false, true)) {
            context.runOnContext(_ -> writeAll());
        }
    }

    private void writeAll() {
        // Before the first message is taken: whoever adds one after the last was taken asks anew.
        writing.set(false);
        for (R message = outgoing.poll(); message != null; message = outgoing.poll()) {
            write(message);
        }
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
    public void open() {
        if (!opened) {
            opened = true;
            context.runOnContext(
                    _ -> ErrorMapper.ifOpen(() -> request.response().writeHead()));
        }
    }

    void checkOpen() {
        checkConnected();
        if (stopping) {
            throw ApiException.refuse(Reason.SERVICE_STOPPING, Reason.SERVICE_STOPPING.meaning())
                    .build();
        }
    }

    private void checkConnected() {
        if (closed || endNanos != Long.MAX_VALUE && System.nanoTime() - endNanos > 0) {
            throw new ClosedByClientException();
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
