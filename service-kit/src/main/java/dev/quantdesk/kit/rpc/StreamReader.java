package dev.quantdesk.kit.rpc;

import com.google.protobuf.Message;
import io.vertx.core.Context;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The receiving side of a stream from the client, read by one thread. About {@value #PAUSE_AT} messages wait for it; then the
 * connection is no longer read, which slows the client down by HTTP/2's flow control.
 */
public final class StreamReader<Q extends Message> {
    static final int PAUSE_AT = 64;

    /** Most that the transport may still deliver after it was asked to pause. */
    private static final int OVERRUN = 64;

    private static final int RESUME_AT = 16;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Context context;
    private final GrpcServerRequest<Q, ?> request;
    private final MessageValidator validator;
    private final StreamWriter<?> writer;
    // Room for the item that tells of the end is always there.
    private final BlockingQueue<Item<Q>> items = new LinkedBlockingQueue<>(PAUSE_AT + OVERRUN + 2);
    private volatile boolean paused;
    private volatile boolean closed;

    /** A message, or the end with its reason, or the client's own end without one. */
    private record Item<Q>(Q message, RuntimeException failure) {}

    /** Attaches to the request. To be called on its event loop, before its first message. */
    StreamReader(
            Context context,
            GrpcServerRequest<Q, ?> request,
            Function<GrpcMessage, Q> decoder,
            MessageValidator validator,
            StreamWriter<?> writer) {
        this.context = context;
        this.request = request;
        this.validator = validator;
        this.writer = writer;
        request.messageHandler(message -> onMessage(message, decoder));
        request.invalidMessageHandler(invalid -> end(RpcServer.invalidMessage(invalid)));
        request.endHandler(_ -> end(null));
        writer.onClose(() -> end(new StreamWriter.ClosedByClientException()));
    }

    private void onMessage(GrpcMessage message, Function<GrpcMessage, Q> decoder) {
        if (closed) {
            return;
        }
        Q decoded;
        try {
            decoded = decoder.apply(message);
        } catch (ApiException broken) {
            // What follows a message that can't be read can't be trusted to be in step.
            end(broken);
            return;
        }
        if (!items.offer(new Item<>(decoded, null))) {
            throw new IllegalStateException("the transport delivers messages though it is paused");
        }
        if (!paused && items.size() >= PAUSE_AT) {
            paused = true;
            request.pause();
            // The reader may have taken them meanwhile, and found nothing to resume.
            if (items.size() <= RESUME_AT) {
                resume();
            }
        }
    }

    private void resume() {
        paused = false;
        request.resume();
    }

    private synchronized void end(RuntimeException failure) {
        if (!closed) {
            closed = true;
            items.add(new Item<>(null, failure));
        }
    }

    /** Ends the reading from any thread: after the messages that wait, {@link #next} throws {@code reason}. */
    public void stop(RuntimeException reason) {
        end(reason);
    }

    /**
     * The next message, in the order sent.
     *
     * @param patience longest wait
     * @return nothing once the client has ended its side
     * @throws ApiException when a message was broken, when the server is stopping, or with {@link Reason#HEARTBEAT_MISSED} when
     *     nothing came in time
     */
    public Optional<Q> next(Duration patience) throws InterruptedException {
        writer.open();
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            writer.checkOpen();
            long left = Math.min(POLL.toNanos(), deadline - System.nanoTime());
            Item<Q> item = items.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (item != null) {
                return take(item);
            }
            if (System.nanoTime() - deadline >= 0) {
                throw ApiException.refuse(
                                Reason.HEARTBEAT_MISSED, "No message came for " + patience.toMillis() + " ms.")
                        .build();
            }
        }
    }

    private Optional<Q> take(Item<Q> item) {
        if (item.failure != null) {
            throw item.failure;
        }
        if (paused && items.size() <= RESUME_AT) {
            context.runOnContext(_ -> resume());
        }
        return Optional.ofNullable(item.message);
    }

    /** @throws ApiException when the message breaks a rule of the contract; the stream may go on */
    public void check(Q message) {
        validator.check(message);
    }

    /** Nobody reads any more. */
    void close() {
        closed = true;
        items.clear();
        context.runOnContext(_ -> request.resume());
    }
}
