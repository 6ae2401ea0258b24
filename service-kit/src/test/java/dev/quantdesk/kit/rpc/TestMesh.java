package dev.quantdesk.kit.rpc;

import com.google.protobuf.Message;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.RpcServer.DuplexHandler;
import dev.quantdesk.kit.rpc.RpcServer.StreamHandler;
import dev.quantdesk.kit.rpc.RpcServer.UnaryHandler;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderResponse;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderResponse;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import dev.quantdesk.proto.execution.v1.VxOrderServiceGrpcService;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import dev.quantdesk.proto.marketdata.v1.StreamTradesResponse;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcService;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A real server with the kit's way in, on a free port, and clients for it: the kit's own and grpc-java's. The handlers are the
 * test's; those not given answer with an empty message.
 */
final class TestMesh implements AutoCloseable {
    static final Duration WAIT = Duration.ofSeconds(5);
    static final int MAX_MESSAGE_BYTES = 65_536;

    private static final ECKey KEY = key("auth-svc");
    private static final Metadata.Key<String> IDENTITY =
            Metadata.Key.of(IdentityTokens.HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of(ErrorMapper.DETAILS_TRAILER, Metadata.BINARY_BYTE_MARSHALLER);

    private final Vertx vertx = Vertx.vertx();
    private final IdentityTokens.Issuer issuer = new IdentityTokens.Issuer(KEY.toJSONString(), Clock.systemUTC());
    private final List<Runnable> clients = new ArrayList<>();
    private final List<Throwable> unhandled = new CopyOnWriteArrayList<>();
    private final RpcServer server;
    private final int port;

    private TestMesh(Builder builder) throws Exception {
        var verifier = new IdentityTokens.Verifier(new JWKSet(KEY.toPublicJWK()).toString(), Clock.systemUTC());
        server = new RpcServer(
                vertx, builder.telemetry, verifier, builder.maxCalls, builder.maxStreams, builder.patience);
        server
                .service(VxMarketDataServiceGrpcService.SERVICE_NAME, VxMarketDataServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxMarketDataServiceGrpcService.ListMarkets, Access.GATEWAY, builder.listMarkets)
                .unary(VxMarketDataServiceGrpcService.GetOrderBook, Access.PUBLIC, builder.getOrderBook)
                .stream(VxMarketDataServiceGrpcService.StreamTrades, Access.PUBLIC, builder.streamTrades)
                .bind();
        server.service(VxOrderServiceGrpcService.SERVICE_NAME, VxOrderServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxOrderServiceGrpcService.GetOrder, Access.TRADER, builder.getOrder)
                .unary(VxOrderServiceGrpcService.PlaceOrder, Access.TRADER, builder.placeOrder)
                .duplex(VxOrderServiceGrpcService.TradeOrders, Access.TRADER, builder.tradeOrders)
                .bind();
        GrpcServer grpc = GrpcServer.server(
                vertx,
                new GrpcServerOptions()
                        .setScheduleDeadlineAutomatically(true)
                        .setDeadlinePropagation(true)
                        .setMaxMessageSize(MAX_MESSAGE_BYTES));
        server.addServicesTo(grpc);
        vertx.exceptionHandler(unhandled::add);
        port = vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .actualPort();
    }

    static Builder mesh() {
        return new Builder();
    }

    static final class Builder {
        private Telemetry telemetry = Telemetry.none();
        private int maxCalls = 16;
        private int maxStreams = 16;
        private Duration patience = StreamWriter.PATIENCE;
        private UnaryHandler<ListMarketsRequest, ListMarketsResponse> listMarkets =
                (_, _) -> ListMarketsResponse.getDefaultInstance();
        private UnaryHandler<GetOrderBookRequest, GetOrderBookResponse> getOrderBook =
                (_, _) -> GetOrderBookResponse.getDefaultInstance();
        private StreamHandler<StreamTradesRequest, StreamTradesResponse> streamTrades = (_, _, _) -> {};
        private UnaryHandler<GetOrderRequest, GetOrderResponse> getOrder =
                (_, _) -> GetOrderResponse.getDefaultInstance();
        private UnaryHandler<PlaceOrderRequest, PlaceOrderResponse> placeOrder =
                (_, _) -> PlaceOrderResponse.getDefaultInstance();

        private DuplexHandler<TradeOrdersRequest, TradeOrdersResponse> tradeOrders = (_, _, _) -> {};

        Builder withTelemetry(Telemetry value) {
            telemetry = value;
            return this;
        }

        Builder withMaxCalls(int value) {
            maxCalls = value;
            return this;
        }

        Builder withMaxStreams(int value) {
            maxStreams = value;
            return this;
        }

        Builder withPatience(Duration value) {
            patience = value;
            return this;
        }

        Builder listingMarkets(UnaryHandler<ListMarketsRequest, ListMarketsResponse> handler) {
            listMarkets = handler;
            return this;
        }

        Builder answeringBooks(UnaryHandler<GetOrderBookRequest, GetOrderBookResponse> handler) {
            getOrderBook = handler;
            return this;
        }

        Builder streamingTrades(StreamHandler<StreamTradesRequest, StreamTradesResponse> handler) {
            streamTrades = handler;
            return this;
        }

        Builder answeringOrders(UnaryHandler<GetOrderRequest, GetOrderResponse> handler) {
            getOrder = handler;
            return this;
        }

        Builder trading(DuplexHandler<TradeOrdersRequest, TradeOrdersResponse> handler) {
            tradeOrders = handler;
            return this;
        }

        TestMesh start() throws Exception {
            return new TestMesh(this);
        }
    }

    RpcServer server() {
        return server;
    }

    Vertx vertx() {
        return vertx;
    }

    int port() {
        return port;
    }

    /** What nobody caught on the event loops, and would be logged with its whole stack. */
    List<Throwable> unhandled() {
        return unhandled;
    }

    RpcClient client() {
        return client(Telemetry.none());
    }

    RpcClient client(Telemetry telemetry) {
        RpcClient client = new RpcClient(vertx, new HostAndPort("127.0.0.1", port), telemetry);
        clients.add(client::close);
        return client;
    }

    /** A channel of grpc-java: a client that shares no code with the server. */
    ManagedChannel channel() {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        clients.add(channel::shutdownNow);
        return channel;
    }

    static <S extends AbstractStub<S>> S as(String token, S stub) {
        Metadata headers = new Metadata();
        headers.put(IDENTITY, token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    String anonymous() {
        return issuer.issue(new Identity.Anonymous());
    }

    String trader() {
        return issuer.issue(traderIdentity());
    }

    static Identity.Trader traderIdentity() {
        return new Identity.Trader(Ed25519.KeyPair.ofSeed(new byte[32]).publicKey(), "PRO", List.of());
    }

    /** The refusal that a grpc-java client was given, read from the details trailer as a client would. */
    static ApiException refusal(StatusRuntimeException failed) {
        byte[] details =
                failed.getTrailers() == null ? null : failed.getTrailers().get(DETAILS);
        if (details == null) {
            throw new AssertionError("no details came with " + failed.getStatus(), failed);
        }
        try {
            return ApiException.of(com.google.rpc.Status.parseFrom(details));
        } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
            throw new AssertionError(Base64.getEncoder().encodeToString(details), broken);
        }
    }

    static <M extends Message> M detail(ApiException refusal, Class<M> type) throws Exception {
        for (var any : refusal.status().getDetailsList()) {
            if (any.is(type)) {
                return any.unpack(type);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + refusal.status());
    }

    /** Waits until {@code holds}, at most {@link #WAIT}. */
    static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + WAIT.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + WAIT + ": " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (com.nimbusds.jose.JOSEException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() {
        clients.forEach(Runnable::run);
        try {
            server.drain(Duration.ofSeconds(2));
            vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new IllegalStateException("the test's server does not stop", failed);
        }
    }
}
