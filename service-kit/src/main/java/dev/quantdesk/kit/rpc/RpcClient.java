package dev.quantdesk.kit.rpc;

import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Calls other services through one address, blocking the calling virtual thread. Thread-safe. */
public final class RpcClient implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 4 << 20;
    private static final int STREAM_BUFFER = 1_024;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final Context eventLoop;
    private final GrpcClient client;
    private final SocketAddress address;
    private final String peer;
    private final Telemetry telemetry;

    public RpcClient(Vertx vertx, HostAndPort address, Telemetry telemetry) {
        this.eventLoop = vertx.getOrCreateContext();
        this.client = GrpcClient.client(
                vertx,
                new GrpcClientOptions().setScheduleDeadlineAutomatically(true).setMaxMessageSize(MAX_MESSAGE_BYTES),
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                        .setHttp2KeepAliveTimeout(0)
                        .setHttp2MultiplexingLimit(-1));
        this.address = SocketAddress.inetSocketAddress(address.port(), address.host());
        this.peer = address.toString();
        this.telemetry = telemetry;
    }

    /**
     * Calls a unary method.
     *
     * @param identityToken token that says for whom
     * @throws ApiException with the peer's own status, or {@link Reason#UPSTREAM_UNAVAILABLE} when there was no answer
     */
    public <Q, R> R call(ServiceMethod<R, Q> method, Q message, String identityToken, Duration timeout)
            throws InterruptedException {
        Span span = startSpan(method);
        try (Scope _ = span.makeCurrent()) {
            Future<R> answer = onEventLoop(() -> open(method, identityToken, timeout)
                    .compose(request -> request.send(message))
                    .compose(response -> response.last().otherwiseEmpty().map(last -> check(method, response, last))));
            return await(method, answer, timeout);
        } catch (ApiException refusal) {
            failed(span, refusal);
            throw refusal;
        } finally {
            span.end();
        }
    }

    /**
     * Begins a call on the thread that its answer will come on: begun on another, its handlers may be set when it has answered and
     * ended already, and then nobody is told. All calls share that thread with the connection, so that none is handed back and forth.
     */
    private <T> Future<T> onEventLoop(Supplier<Future<T>> call) {
        io.opentelemetry.context.Context trace = io.opentelemetry.context.Context.current();
        Promise<T> done = Promise.promise();
        eventLoop.runOnContext(_ -> {
            try (Scope _ = trace.makeCurrent()) {
                call.get().onComplete(done);
            } catch (RuntimeException failed) {
                done.fail(failed);
            }
        });
        return done.future();
    }

    private static void failed(Span span, ApiException refusal) {
        Telemetry.fail(span, refusal);
        span.setAttribute("error.type", refusal.reason());
        span.setAttribute("rpc.grpc.status_code", refusal.status().getCode());
    }

    /** Opens a server stream. The caller reads it with {@link RpcStream#next} and closes it. */
    public <Q, R> RpcStream<R> stream(ServiceMethod<R, Q> method, Q message, String identityToken, Duration openTimeout)
            throws InterruptedException {
        Span span = startSpan(method);
        try (Scope _ = span.makeCurrent()) {
            RpcStream<R> stream = new RpcStream<>(peer, new LinkedBlockingQueue<>(STREAM_BUFFER));
            Future<Void> attached = onEventLoop(() -> open(method, identityToken, Duration.ZERO)
                    .compose(request -> {
                        stream.opened(request);
                        return request.send(message);
                    })
                    .map(response -> {
                        stream.attach(response);
                        return null;
                    }));
            try {
                await(method, attached, openTimeout);
            } catch (ApiException | InterruptedException failed) {
                stream.close();
                throw failed;
            }
            return stream;
        } catch (ApiException refusal) {
            failed(span, refusal);
            throw refusal;
        } finally {
            span.end();
        }
    }

    private Span startSpan(ServiceMethod<?, ?> method) {
        return telemetry
                .tracer()
                .spanBuilder(method.fullMethodName())
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("rpc.system", "grpc")
                .setAttribute("rpc.service", method.serviceName().fullyQualifiedName())
                .setAttribute("rpc.method", method.methodName())
                .setAttribute("server.address", peer)
                .startSpan();
    }

    private <Q, R> Future<GrpcClientRequest<Q, R>> open(ServiceMethod<R, Q> method, String token, Duration timeout) {
        io.opentelemetry.context.Context trace = io.opentelemetry.context.Context.current();
        return client.<Q, R>request(address, method).map(request -> {
            request.headers().set(IdentityTokens.HEADER, token);
            try (Scope _ = trace.makeCurrent()) {
                telemetry.inject((name, value) -> request.headers().set(name, value));
            }
            if (timeout.isPositive()) {
                request.timeout(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
            }
            return request;
        });
    }

    private <R> R check(ServiceMethod<R, ?> method, GrpcClientResponse<?, R> response, R last) {
        if (response.status() == GrpcStatus.OK && last != null) {
            return last;
        }
        GrpcStatus status = response.status() == null ? GrpcStatus.UNAVAILABLE : response.status();
        throw ErrorMapper.fromPeer(
                method.fullMethodName(), status, response.statusMessage(), response.trailers(), response.headers());
    }

    private <R> R await(ServiceMethod<?, ?> method, Future<R> answer, Duration timeout) throws InterruptedException {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw unavailable(method, "no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof ApiException refusal) {
                throw refusal;
            }
            throw unavailable(method, String.valueOf(failed.getCause().getMessage()));
        }
    }

    private static ApiException unavailable(ServiceMethod<?, ?> method, String why) {
        return ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, method.fullMethodName() + ": " + why)
                .with("method", method.fullMethodName())
                .build();
    }

    @Override
    public void close() {
        client.close();
    }

    /** The receiving side of a server stream, read by one thread. The peer is slowed down when the reader is. */
    public static final class RpcStream<R> implements AutoCloseable {
        private final String peer;
        private final BlockingQueue<Item<R>> items;
        private volatile boolean closed;
        private volatile GrpcClientRequest<?, R> request;
        private volatile GrpcClientResponse<?, R> response;

        private record Item<R>(R message, RuntimeException end) {}

        private RpcStream(String peer, BlockingQueue<Item<R>> items) {
            this.peer = peer;
            this.items = items;
        }

        private void opened(GrpcClientRequest<?, R> opened) {
            this.request = opened;
            if (closed) {
                opened.cancel();
            }
        }

        private void attach(GrpcClientResponse<?, R> attached) {
            this.response = attached;
            attached.handler(message -> {
                items.add(new Item<>(message, null));
                if (items.remainingCapacity() <= STREAM_BUFFER / 2) {
                    attached.pause();
                    // The reader may have taken all of them meanwhile, and found nothing to resume.
                    if (items.isEmpty()) {
                        attached.resume();
                    }
                }
            });
            attached.exceptionHandler(failure -> items.offer(new Item<>(
                    null,
                    ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, peer + ": " + failure.getMessage())
                            .build())));
            attached.endHandler(_ -> items.offer(new Item<>(
                    null,
                    ErrorMapper.fromPeer(
                            peer,
                            attached.status() == null || attached.status() == GrpcStatus.OK
                                    ? GrpcStatus.UNAVAILABLE
                                    : attached.status(),
                            "the stream ended",
                            attached.trailers(),
                            attached.headers()))));
        }

        /** The next message, or null when none came in time. @throws ApiException when the stream has ended */
        public R next(Duration timeout) throws InterruptedException {
            Item<R> item = items.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (item == null) {
                return null;
            }
            if (item.end != null) {
                // Whoever asks again is told again.
                items.add(item);
                throw item.end;
            }
            if (items.isEmpty()) {
                response.resume();
            }
            return item.message;
        }

        @Override
        public void close() {
            closed = true;
            GrpcClientRequest<?, R> open = request;
            if (open != null) {
                open.cancel();
            }
        }
    }
}
