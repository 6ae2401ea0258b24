package dev.quantdesk.kit.rpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Binds handlers to gRPC methods. Every call passes the same way: trace, identity, validation, handler on a virtual thread,
 * error mapper. Handlers may block. Calls and streams under way are bounded.
 */
public final class RpcServer {
    /** Longest wait for the answers of interrupted calls. */
    private static final int INTERRUPTED_MS = 500;

    private static final TextMapGetter<MultiMap> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(MultiMap carrier) {
            return carrier.names();
        }

        @Override
        public String get(MultiMap carrier, String key) {
            return carrier == null ? null : carrier.get(key);
        }
    };

    private final Vertx vertx;
    private final Telemetry telemetry;
    private final IdentityTokens.Verifier identities;
    private final MessageValidator validator = new MessageValidator();
    private final RpcMetrics metrics = new RpcMetrics();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Duration streamPatience;
    private final Semaphore calls;
    private final Semaphore streams;
    private final Set<StreamWriter<?>> openStreams = ConcurrentHashMap.newKeySet();
    private final List<Service> services = new ArrayList<>();
    private volatile boolean stopping;

    public RpcServer(
            Vertx vertx, Telemetry telemetry, IdentityTokens.Verifier identities, int maxCalls, int maxStreams) {
        this(vertx, telemetry, identities, maxCalls, maxStreams, StreamWriter.PATIENCE);
    }

    RpcServer(
            Vertx vertx,
            Telemetry telemetry,
            IdentityTokens.Verifier identities,
            int maxCalls,
            int maxStreams,
            Duration streamPatience) {
        this.streamPatience = streamPatience;
        this.vertx = vertx;
        this.telemetry = telemetry;
        this.identities = identities;
        this.calls = new Semaphore(maxCalls);
        this.streams = new Semaphore(maxStreams);
    }

    /** Answers one message with one message. May block; a thrown {@link ApiException} is the refusal. */
    @FunctionalInterface
    public interface UnaryHandler<Q, R> {
        R handle(Q request, Call call) throws Exception;
    }

    /** Answers one message with a stream that ends when the handler returns. May block. */
    @FunctionalInterface
    public interface StreamHandler<Q, R> {
        void handle(Q request, Call call, StreamWriter<R> out) throws Exception;
    }

    /**
     * Serves a stream of messages in both directions, which ends when the handler returns. May block. The client is slowed down
     * when the handler does not read.
     */
    @FunctionalInterface
    public interface DuplexHandler<Q extends Message, R> {
        void handle(Call call, StreamReader<Q> in, StreamWriter<R> out) throws Exception;
    }

    public ServiceBinder service(ServiceName name, ServiceDescriptor descriptor) {
        return new ServiceBinder(Service.service(name, descriptor));
    }

    /** Collects the methods of one service. */
    public final class ServiceBinder {
        private final ServiceBuilder builder;

        private ServiceBinder(ServiceBuilder builder) {
            this.builder = builder;
        }

        public <Q extends Message, R> ServiceBinder unary(
                ServiceMethod<Q, R> method, Access access, UnaryHandler<Q, R> handler) {
            builder.bind(method, request -> {
                request.errorHandler(_ -> Call.forgetDeadline(request));
                onMessage(method, request, calls, access, (message, call) -> {
                    R answer = ServerTime.stamp(handler.handle(message, call));
                    return () -> request.response().end(answer);
                });
            });
            return this;
        }

        public <Q extends Message, R> ServiceBinder stream(
                ServiceMethod<Q, R> method, Access access, StreamHandler<Q, R> handler) {
            builder.bind(method, request -> {
                StreamWriter<R> writer = new StreamWriter<>(vertx.getOrCreateContext(), request, streamPatience);
                onMessage(method, request, streams, access, (message, call) -> {
                    serving(writer, () -> handler.handle(message, call, writer));
                    return () -> request.response().end();
                });
            });
            return this;
        }

        public <Q extends Message, R> ServiceBinder duplex(
                ServiceMethod<Q, R> method, Access access, DuplexHandler<Q, R> handler) {
            builder.bind(method, request -> {
                Context context = vertx.getOrCreateContext();
                long startNanos = System.nanoTime();
                StreamWriter<R> writer = new StreamWriter<>(context, request, streamPatience);
                StreamReader<Q> reader =
                        new StreamReader<>(context, request, message -> decode(method, message), validator, writer);
                Admitted work = call -> {
                    serving(writer, () -> handler.handle(call, reader, writer));
                    return () -> request.response().end();
                };
                try {
                    start(streams, () -> {
                        try {
                            serve(request, context, access, work, startNanos);
                        } finally {
                            reader.close();
                        }
                    });
                } catch (ApiException refusal) {
                    reader.close();
                    refuse(request, refusal, startNanos);
                }
            });
            return this;
        }

        public void bind() {
            services.add(builder.build());
        }
    }

    /** Services bound so far, in order. */
    public List<Service> services() {
        return List.copyOf(services);
    }

    public void addServicesTo(GrpcServer server) {
        services.forEach(server::addService);
        server.callHandler(unknown -> refuse(
                unknown,
                ApiException.refuse(Reason.METHOD_NOT_FOUND, Reason.METHOD_NOT_FOUND.meaning())
                        .build(),
                System.nanoTime()));
    }

    private interface Serving {
        void run() throws Exception;
    }

    private void serving(StreamWriter<?> writer, Serving handler) throws Exception {
        openStreams.add(writer);
        if (stopping) {
            // The server began to stop after the call was let in, and may have missed this stream.
            writer.stop();
        }
        try {
            handler.run();
        } finally {
            openStreams.remove(writer);
        }
    }

    @FunctionalInterface
    private interface Admitted {
        Runnable run(Call call) throws Exception;
    }

    @FunctionalInterface
    private interface Work<Q> {
        Runnable run(Q message, Call call) throws Exception;
    }

    private <Q extends Message, R> void onMessage(
            ServiceMethod<Q, R> method, GrpcServerRequest<Q, R> request, Semaphore limit, Access access, Work<Q> work) {
        Context context = vertx.getOrCreateContext();
        long startNanos = System.nanoTime();
        boolean[] received = {false};
        request.invalidMessageHandler(invalid -> {
            if (!received[0]) {
                received[0] = true;
                refuse(request, invalidMessage(invalid), startNanos);
            }
        });
        request.messageHandler(message -> {
            // A request has one message; whatever a broken client sends after it is left alone.
            if (!received[0]) {
                received[0] = true;
                try {
                    Q decoded = decode(method, message);
                    Admitted admitted = call -> {
                        validator.check(decoded);
                        return work.run(decoded, call);
                    };
                    start(limit, () -> serve(request, context, access, admitted, startNanos));
                } catch (ApiException refusal) {
                    refuse(request, refusal, startNanos);
                }
            }
        });
        request.endHandler(_ -> {
            if (!received[0]) {
                refuse(request, malformed("the request has no message"), startNanos);
            }
        });
    }

    private static <Q> Q decode(ServiceMethod<Q, ?> method, GrpcMessage message) {
        // Expanding a compressed message has no bound, and a request is small.
        if (!message.encoding().equals("identity")) {
            throw malformed("compressed requests are not accepted");
        }
        try {
            return method.decoder().decode(message);
        } catch (CodecException unreadable) {
            throw malformed("the request is not a valid message of its type");
        }
    }

    private void start(Semaphore limit, Runnable call) {
        if (stopping) {
            throw stopped();
        }
        if (!limit.tryAcquire()) {
            Reason reason = limit == calls ? Reason.SERVER_OVERLOADED : Reason.TOO_MANY_STREAMS;
            throw ApiException.refuse(reason, reason.meaning()).build();
        }
        try {
            threads.execute(() -> {
                try {
                    call.run();
                } finally {
                    limit.release();
                }
            });
        } catch (RejectedExecutionException _) {
            limit.release();
            throw stopped();
        }
    }

    private static ApiException stopped() {
        return ApiException.refuse(Reason.SERVICE_STOPPING, Reason.SERVICE_STOPPING.meaning())
                .build();
    }

    private void serve(
            GrpcServerRequest<?, ?> request, Context context, Access access, Admitted work, long startNanos) {
        String method = request.fullMethodName();
        Span span = telemetry
                .tracer()
                .spanBuilder(method)
                .setParent(telemetry.extract(request.headers(), HEADERS))
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("rpc.system", "grpc")
                .setAttribute("rpc.service", request.serviceName().fullyQualifiedName())
                .setAttribute("rpc.method", request.methodName())
                .startSpan();
        int code = GrpcStatus.OK.code;
        try (Scope _ = span.makeCurrent();
                LogTrace _ = LogTrace.of(span)) {
            Call call = admit(request, access);
            Runnable answer = work.run(call);
            context.runOnContext(_ -> ErrorMapper.ifOpen(answer));
        } catch (StreamWriter.ClosedByClientException closed) {
            code = GrpcStatus.CANCELLED.code;
        } catch (Throwable failure) {
            // Errors too: a call that is never answered holds its caller until the deadline.
            Status status;
            try (LogTrace _ = LogTrace.of(span)) {
                boolean interrupted = stopping && failure instanceof InterruptedException;
                status = interrupted ? stopped().status() : ErrorMapper.toStatus(method, failure);
            }
            code = status.getCode();
            markRefused(span, status, failure);
            context.runOnContext(_ -> ErrorMapper.end(request.response(), status));
        } finally {
            span.setAttribute("rpc.grpc.status_code", code);
            span.end();
            metrics.observe(method, code, System.nanoTime() - startNanos);
        }
    }

    private static void markRefused(Span span, Status status, Throwable failure) {
        span.setStatus(StatusCode.ERROR, status.getMessage());
        String reason = failure instanceof ApiException refusal
                ? refusal.reason()
                : failure.getClass().getName();
        span.setAttribute("error.type", reason);
    }

    private Call admit(GrpcServerRequest<?, ?> request, Access access) {
        long deadline = Call.deadlineNanos(request);
        MultiMap answerHeaders = request.response().headers();
        if (access == Access.GATEWAY) {
            return new Call(new Identity.Anonymous(), "", request.headers(), answerHeaders, deadline);
        }
        String token = request.headers().get(IdentityTokens.HEADER);
        Identity identity;
        try {
            identity = identities.verify(token);
        } catch (IdentityTokens.InvalidTokenException refused) {
            throw ApiException.refuse(Reason.IDENTITY_INVALID, refused.getMessage())
                    .build();
        }
        if (access == Access.TRADER && !(identity instanceof Identity.Trader)) {
            throw ApiException.refuse(Reason.SESSION_REQUIRED, "Sign in first: " + request.fullMethodName())
                    .build();
        }
        return new Call(identity, token, request.headers(), answerHeaders, deadline);
    }

    private void refuse(GrpcServerRequest<?, ?> request, ApiException refusal, long startNanos) {
        ErrorMapper.end(request.response(), refusal.status());
        metrics.observe(request.fullMethodName(), refusal.status().getCode(), System.nanoTime() - startNanos);
    }

    static ApiException invalidMessage(Throwable invalid) {
        if (invalid instanceof MessageSizeOverflowException overflow) {
            return ApiException.refuse(Reason.MESSAGE_TOO_LARGE, "The message is larger than the service accepts.")
                    .with("size_bytes", Long.toString(overflow.messageSize()))
                    .build();
        }
        return malformed("the request is not a valid message of its type");
    }

    private static ApiException malformed(String text) {
        return ApiException.refuse(Reason.REQUEST_MALFORMED, text).build();
    }

    /**
     * Refuses new calls, ends the streams so that clients connect elsewhere, and waits for the calls under way. Those that
     * take longer than {@code timeout} are interrupted.
     */
    public void drain(Duration timeout) throws InterruptedException {
        stopping = true;
        openStreams.forEach(StreamWriter::stop);
        threads.shutdown();
        if (!threads.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
            threads.awaitTermination(INTERRUPTED_MS, TimeUnit.MILLISECONDS);
        }
    }
}
