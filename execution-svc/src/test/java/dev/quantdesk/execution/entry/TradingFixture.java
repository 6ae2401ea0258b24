package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.PatientServer;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.VxOrderServiceGrpcService;
import dev.quantdesk.proto.risk.v1.ReservationOutcome;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderResponse;
import dev.quantdesk.proto.risk.v1.ReserveOrdersRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrdersResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.server.GrpcServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Trading streams over real connections: {@link EntryFixture}'s order entry behind the kit's server, and clients for it. */
final class TradingFixture implements AutoCloseable {
    static final Duration WAIT = Duration.ofSeconds(20);
    static final int LIMIT = 100;

    private static final ECKey KEY = key();

    final EntryFixture mesh = new EntryFixture();
    final RpcServer rpc;
    /** The calls that risk-svc was made, each with its orders, and the token of the latest. */
    final List<ReserveOrdersRequest> reservations = new CopyOnWriteArrayList<>();

    volatile String riskToken = "";
    /** A call to risk-svc waits for one of these. */
    final Semaphore riskAnswers = new Semaphore(1_000_000);
    /** Orders that are left in the trader's limit. */
    volatile int left = LIMIT;
    /** What becomes of a stream's identity; by default it stays. */
    volatile TradeStreams.Identities identities = (_, access) -> access;

    private final Vertx vertx = Vertx.vertx();
    private final IdentityTokens.Issuer issuer = new IdentityTokens.Issuer(KEY.toJSONString(), Clock.systemUTC());
    private final GrpcClient client = GrpcClient.client(vertx);
    private final List<TradingClient> clients = new ArrayList<>();
    private final SocketAddress address;

    TradingFixture() throws Exception {
        this(Duration.ofSeconds(10));
    }

    /** @param patience how long the server waits for a client that does not read */
    TradingFixture(Duration patience) throws Exception {
        TradeStreams streams = new TradeStreams(
                mesh.entry,
                new RiskGate(risk(), EntryFixture.RISK_TIMEOUT),
                new TradingBudget((orders, _, _) -> grant(orders), WAIT, Clock.systemUTC(), System::nanoTime),
                (session, access) -> identities.renew(session, access),
                Telemetry.none(),
                Clock.systemUTC());
        var verifier = new IdentityTokens.Verifier(new JWKSet(KEY.toPublicJWK()).toString(), Clock.systemUTC());
        rpc = PatientServer.with(vertx, verifier, patience);
        rpc.service(VxOrderServiceGrpcService.SERVICE_NAME, VxOrderServiceGrpcService.SERVICE_DESCRIPTOR)
                .duplex(VxOrderServiceGrpcService.TradeOrders, Access.TRADER, streams::serve)
                .bind();
        GrpcServer grpc = GrpcServer.server(vertx);
        rpc.addServicesTo(grpc);
        int port = await(vertx.createHttpServer().requestHandler(grpc).listen(0, "127.0.0.1"))
                .actualPort();
        address = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
        } catch (JOSEException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private RiskGate.RiskService risk() {
        return new RiskGate.RiskService() {
            @Override
            public void reserveOrder(ReserveOrderRequest request, String identityToken, Duration timeout) {
                throw new AssertionError("streams reserve for several orders at once");
            }

            @Override
            public ReserveOrdersResponse reserveOrders(
                    ReserveOrdersRequest request, String identityToken, Duration timeout) throws InterruptedException {
                reservations.add(request);
                riskToken = identityToken;
                riskAnswers.acquire();
                ReserveOrdersResponse.Builder response = ReserveOrdersResponse.newBuilder();
                request.getOrdersList().forEach(_ -> response.addOutcomes(outcome()));
                return response.build();
            }
        };
    }

    private ReservationOutcome outcome() {
        return mesh.riskRefuses == null
                ? ReservationOutcome.newBuilder()
                        .setReserved(ReserveOrderResponse.getDefaultInstance())
                        .build()
                : ReservationOutcome.newBuilder()
                        .setRefusal(ApiException.refuse(mesh.riskRefuses, mesh.riskRefuses.meaning())
                                .build()
                                .status())
                        .build();
    }

    /** One at a time, or none where none is wanted. */
    private TakeOrdersResponse grant(int wanted) {
        if (wanted > 0 && left == 0) {
            throw ApiException.refuse(Reason.RATE_LIMITED, "no more").build();
        }
        int taken = Math.min(wanted, 1);
        left -= taken;
        return TakeOrdersResponse.newBuilder()
                .setTakenOrders(taken)
                .setRemainingOrders(left)
                .setLimit(LIMIT)
                // So long that nothing comes back during a test.
                .setWindow(Durations.fromDays(10))
                .build();
    }

    String token(KeyPair trader) {
        return issuer.issue(new Identity.Trader(trader.publicKey(), "FREE", List.of()));
    }

    TradingClient open() throws Exception {
        return open(OrderForm.ALICE);
    }

    TradingClient open(KeyPair trader) throws Exception {
        TradingClient opened = TradingClient.open(client, address, token(trader));
        clients.add(opened);
        return opened;
    }

    /** Begins to stop the server; the thread ends once it has stopped. */
    Thread drain() {
        return Thread.ofVirtual().start(() -> {
            try {
                rpc.drain(Duration.ofSeconds(15));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Commands of one kind that the engine was given so far. */
    <C extends Command> List<C> commands(Class<C> kind) {
        return mesh.commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    Order shown(Order order) {
        try {
            return mesh.shown(OrderForm.ALICE, order.getOrderId());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + WAIT.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + WAIT + ": " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        riskAnswers.release(1_000_000);
        clients.forEach(TradingClient::leave);
        try {
            rpc.drain(Duration.ofSeconds(10));
            await(vertx.close());
        } catch (Exception failed) {
            throw new IllegalStateException("the test's server does not stop", failed);
        }
    }
}
