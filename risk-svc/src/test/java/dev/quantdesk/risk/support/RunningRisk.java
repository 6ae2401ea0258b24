package dev.quantdesk.risk.support;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.config.TestSettings;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.risk.v1.GetBalancesRequest;
import dev.quantdesk.proto.risk.v1.GetBalancesResponse;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.ListPositionsResponse;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.RequestTestFundsRequest;
import dev.quantdesk.proto.risk.v1.RequestTestFundsResponse;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderResponse;
import dev.quantdesk.proto.risk.v1.VxCollateralServiceGrpcClient;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcClient;
import dev.quantdesk.risk.RiskParts;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** risk-svc's own parts behind a real gRPC server, and a client that calls it as execution-svc and the gateway do. */
public final class RunningRisk implements AutoCloseable {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Vertx vertx = Vertx.vertx();
    private final RpcClient client;
    private final RiskParts parts;
    private final Identities identities;

    public RunningRisk(Map<String, String> environment, Identities identities) throws Exception {
        this(environment, identities, Telemetry.none());
    }

    public RunningRisk(Map<String, String> environment, Identities identities, Telemetry telemetry) throws Exception {
        this.identities = identities;
        RpcServer rpc = new RpcServer(
                vertx, telemetry, new IdentityTokens.Verifier(identities.keySet(), Clock.systemUTC()), 1_024, 64);
        try {
            parts = new RiskParts(TestSettings.load("risk-svc", environment), vertx, telemetry, resources::push);
            parts.bind(rpc);
            GrpcServer server = GrpcServer.server(vertx);
            rpc.addServicesTo(server);
            int port = vertx.createHttpServer()
                    .requestHandler(server)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS)
                    .actualPort();
            client = new RpcClient(vertx, new HostAndPort("127.0.0.1", port), Telemetry.none());
            resources.push(client);
        } catch (Exception failed) {
            close();
            throw failed;
        }
    }

    /** Whether the named condition of readiness holds. */
    public boolean holds(String condition) {
        return parts.conditions().get(condition).getAsBoolean();
    }

    public void awaitTrusted() throws Exception {
        Await.until("the events are taken over", () -> holds("events"));
    }

    public void awaitSequence(PublicKey trader, long sequence) throws Exception {
        Await.untilEquals(sequence, () -> sequence(trader));
    }

    /** Sequence of the trader's positions; -1 as long as a service that has just started has read no mark price. */
    private long sequence(PublicKey trader) throws InterruptedException {
        try {
            return positions(trader).getSequence();
        } catch (ApiException refused) {
            if (refused.reason().equals(Reason.MARK_PRICE_STALE.name())) {
                return -1;
            }
            throw refused;
        }
    }

    public RequestTestFundsResponse requestFunds(PublicKey trader, String tier) throws InterruptedException {
        return withoutTime(client.call(
                VxCollateralServiceGrpcClient.RequestTestFunds,
                RequestTestFundsRequest.newBuilder().setRequestId("request-1").build(),
                identities.trader(trader, tier),
                CALL_TIMEOUT));
    }

    public GetBalancesResponse balances(PublicKey trader) throws InterruptedException {
        return withoutTime(client.call(
                VxCollateralServiceGrpcClient.GetBalances,
                GetBalancesRequest.getDefaultInstance(),
                identities.trader(trader),
                CALL_TIMEOUT));
    }

    public ListPositionsResponse positions(PublicKey trader) throws InterruptedException {
        return withoutTime(client.call(
                VxRiskServiceGrpcClient.ListPositions,
                ListPositionsRequest.getDefaultInstance(),
                identities.trader(trader),
                CALL_TIMEOUT));
    }

    /** Answers of different times can then be compared. */
    @SuppressWarnings("unchecked")
    private static <M extends Message> M withoutTime(M answer) {
        return (M) answer.toBuilder()
                .clearField(answer.getDescriptorForType().findFieldByName("server_time"))
                .build();
    }

    public static ReserveOrderRequest.Builder order(String market, OrderSide side, String price, String quantity) {
        return ReserveOrderRequest.newBuilder()
                .setReservationId(UUID.randomUUID().toString())
                .setMarket(market)
                .setSide(side)
                .setPrice(price)
                .setQuantity(quantity);
    }

    public ReserveOrderResponse reserve(PublicKey trader, ReserveOrderRequest.Builder order)
            throws InterruptedException {
        return reserve(identities.trader(trader), order);
    }

    public ReserveOrderResponse reserve(String identityToken, ReserveOrderRequest.Builder order)
            throws InterruptedException {
        return client.call(VxRiskServiceGrpcClient.ReserveOrder, order.build(), identityToken, CALL_TIMEOUT);
    }

    public ApiException refusal(PublicKey trader, ReserveOrderRequest.Builder order) {
        return assertThrows(ApiException.class, () -> reserve(trader, order));
    }

    @Override
    public void close() {
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception failed) {
                throw new IllegalStateException(resource + " did not close", failed);
            }
        }
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
