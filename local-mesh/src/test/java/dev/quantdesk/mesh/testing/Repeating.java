package dev.quantdesk.mesh.testing;

import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.mesh.client.Refusal;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a unary call again while the mesh refuses it for a reason of which it says that the same call may pass later: one of its
 * parts stood still for a moment. Streams, and refusals for any other reason, come through as they are. A call keeps the thread
 * that makes it until it is over.
 */
final class Repeating implements ClientInterceptor {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(100);

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        return method.getType() == MethodDescriptor.MethodType.UNARY
                ? new RepeatedCall<>(method, options, next)
                : next.newCall(method, options);
    }

    private static boolean mayPassLater(StatusRuntimeException refused) {
        String reason = Refusal.of(refused).reason();
        return Arrays.stream(Reason.values()).anyMatch(each -> each.name().equals(reason) && each.retryable());
    }

    /** One call as its caller sees it, and as many as it takes as the mesh sees it. */
    private static final class RepeatedCall<Q, R> extends ClientCall<Q, R> {
        private final MethodDescriptor<Q, R> method;
        private final CallOptions options;
        private final Channel next;
        private final long deadlineNanos;
        private Listener<R> listener;
        private Channel withHeaders;
        private Q request;

        RepeatedCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            this.method = method;
            this.options = options;
            this.next = next;
            this.deadlineNanos =
                    options.getDeadline() == null ? 0 : options.getDeadline().timeRemaining(TimeUnit.NANOSECONDS);
        }

        @Override
        public void start(Listener<R> responses, Metadata headers) {
            listener = responses;
            withHeaders = ClientInterceptors.intercept(next, MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        @Override
        public void sendMessage(Q message) {
            request = message;
        }

        @Override
        public void halfClose() {
            R answer;
            try {
                answer = untilItIsNoMatterOfTime();
            } catch (StatusRuntimeException refused) {
                Metadata trailers = refused.getTrailers();
                listener.onClose(refused.getStatus(), trailers == null ? new Metadata() : trailers);
                return;
            }
            listener.onHeaders(new Metadata());
            listener.onMessage(answer);
            listener.onClose(Status.OK, new Metadata());
        }

        private R untilItIsNoMatterOfTime() {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    return once();
                } catch (StatusRuntimeException refused) {
                    if (!mayPassLater(refused) || System.nanoTime() > end) {
                        throw refused;
                    }
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
        }

        /** Each time with the deadline that the caller set for the call. */
        private R once() {
            CallOptions each =
                    deadlineNanos == 0 ? options : options.withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS);
            return ClientCalls.blockingUnaryCall(withHeaders, method, each, request);
        }

        @Override
        public void request(int messages) {
            // There is one, and the call that is made asks for it.
        }

        @Override
        public void cancel(String message, Throwable cause) {
            // It is over when halfClose returns.
        }
    }
}
