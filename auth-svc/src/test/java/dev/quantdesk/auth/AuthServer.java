package dev.quantdesk.auth;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.auth.gateway.AuthorizationHandler;
import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.config.TestSettings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** auth-svc on a real gRPC server with real Redis and Postgres, and the way in that the gateway gives a caller. */
public final class AuthServer implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 20;
    private static final ServiceMethod<CheckResponse, CheckRequest> CHECK = ServiceMethod.client(
            AuthorizationHandler.SERVICE,
            "Check",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(CheckResponse.newBuilder()));

    public final MovableClock clock = new MovableClock();
    public final IdentityTokens.Verifier verifier;
    private final Vertx vertx = Vertx.vertx();
    private final AuthRedis redis;
    private final Database database;
    private final GrpcClient client;
    private final SocketAddress address;

    private AuthServer(int redisPort, Map<String, String> environment) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of(
                "REDIS_ADDRESS", "127.0.0.1:" + redisPort,
                "POSTGRES_ADDRESS", "127.0.0.1:" + Backends.shared().postgresPort,
                "POSTGRES_PASSWORD", Backends.ROLE_PASSWORD));
        variables.putAll(environment);
        Settings settings = TestSettings.load("auth-svc", variables);
        ECKey key = newKey();
        this.verifier = new IdentityTokens.Verifier(new JWKSet(key).toString(), clock);
        this.redis = new AuthRedis(Redis.connect(settings), Telemetry.none());
        this.database = new Database(vertx, settings, Telemetry.none());
        RpcServer rpc = new RpcServer(vertx, Telemetry.none(), verifier, 64, 8);
        AuthParts.bind(rpc, settings, redis, database, new IdentityTokens.Issuer(key.toJSONString(), clock), clock);
        GrpcServer grpc = GrpcServer.server(vertx);
        rpc.addServicesTo(grpc);
        HttpServer http = await(vertx.createHttpServer().requestHandler(grpc).listen(0, "127.0.0.1"));
        this.address = SocketAddress.inetSocketAddress(http.actualPort(), "127.0.0.1");
        this.client = GrpcClient.client(vertx);
    }

    private static ECKey newKey() throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
    }

    public static AuthServer start() throws Exception {
        return start(Map.of());
    }

    /** @param environment settings beside the addresses of Redis and Postgres */
    public static AuthServer start(Map<String, String> environment) throws Exception {
        return new AuthServer(Backends.shared().redisPort, environment);
    }

    /** Ends the connections to Postgres for good, as if it were gone. */
    void losePostgres() {
        database.close();
    }

    /** With a Redis of its own, which the test may stop. */
    public static AuthServer start(int redisPort) throws Exception {
        return new AuthServer(redisPort, Map.of());
    }

    /**
     * What came back: a message, or a status that is not OK.
     *
     * @param message null for a refusal
     */
    public record Answer<R>(R message, Status status, MultiMap headers) {
        public R ok() {
            if (message == null) {
                throw new AssertionError("refused: " + status);
            }
            return message;
        }

        /** The reason of the refusal, or "OK". */
        public String reason() {
            return message == null ? AuthServer.reason(status) : "OK";
        }
    }

    public static String reason(Status status) {
        return detail(status, ErrorInfo.class).getReason();
    }

    public static <D extends com.google.protobuf.Message> D detail(Status status, Class<D> type) {
        for (Any detail : status.getDetailsList()) {
            if (detail.is(type)) {
                try {
                    return detail.unpack(type);
                } catch (InvalidProtocolBufferException broken) {
                    throw new AssertionError(broken);
                }
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + status);
    }

    /** Calls the service itself, as the gateway does after its checks. */
    public <Q, R> Answer<R> direct(ServiceMethod<R, Q> method, Q message, Map<String, String> headers)
            throws Exception {
        Future<Answer<R>> answer = client.<Q, R>request(address, method)
                .compose(request -> {
                    headers.forEach((name, value) -> request.headers().set(name, value));
                    return request.send(message);
                })
                .compose(response -> response.last().otherwiseEmpty().map(last -> answer(response, last)));
        return await(answer);
    }

    private static <R> Answer<R> answer(GrpcClientResponse<?, R> response, R last) {
        if (response.status() == GrpcStatus.OK) {
            return new Answer<>(last, Status.getDefaultInstance(), response.headers());
        }
        String details = response.trailers().get("grpc-status-details-bin");
        String inHeaders = response.headers().get("grpc-status-details-bin");
        return new Answer<>(null, decode(details == null ? inHeaders : details), response.headers());
    }

    public static Status decode(String details) {
        try {
            return Status.parseFrom(Base64.getDecoder().decode(details));
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }

    /** What ext_authz answers for a request with these headers. */
    public CheckResponse check(String path, Map<String, String> headers) throws Exception {
        AttributeContext.HttpRequest.Builder http = AttributeContext.HttpRequest.newBuilder()
                .setPath(path)
                .setMethod("POST")
                .putAllHeaders(headers);
        CheckRequest request = CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
                .build();
        return direct(CHECK, request, Map.of()).ok();
    }

    /** Calls as from outside: asks ext_authz first, and does to the headers what it says. */
    public <Q, R> Answer<R> call(ServiceMethod<R, Q> method, Q message, Map<String, String> headers) throws Exception {
        CheckResponse decision = check("/" + method.fullMethodName(), headers);
        if (decision.hasDeniedResponse()) {
            return new Answer<>(
                    null,
                    decision.getStatus(),
                    headers(decision.getDeniedResponse().getHeadersList()));
        }
        Map<String, String> passed = new HashMap<>(headers);
        decision.getOkResponse().getHeadersToRemoveList().forEach(passed::remove);
        headers(decision.getOkResponse().getHeadersList()).forEach(each -> passed.put(each.getKey(), each.getValue()));
        return direct(method, message, passed);
    }

    private static MultiMap headers(List<HeaderValueOption> options) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        options.forEach(option ->
                headers.set(option.getHeader().getKey(), option.getHeader().getValue()));
        return headers;
    }

    /** The database as the service's own role reaches it. */
    public Database database() {
        return database;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        redis.close();
        database.close();
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
