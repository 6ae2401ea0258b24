package dev.quantdesk.intelligence;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A gRPC server of the mesh on a free port, with a client that calls it in a service's own name. */
public final class TestServer {
    private final Vertx vertx = Vertx.vertx();
    private final RpcServer rpc;
    private final RpcClient client;
    private final IdentityTokens.Issuer issuer;

    public TestServer(Consumer<RpcServer> binding) throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("intelligence-svc").generate();
        Clock clock = Clock.systemUTC();
        issuer = new IdentityTokens.Issuer(key.toJSONString(), clock);
        var verifier = new IdentityTokens.Verifier(new JWKSet(key.toPublicJWK()).toString(), clock);
        rpc = new RpcServer(vertx, Telemetry.none(), verifier, 16, 16);
        binding.accept(rpc);
        GrpcServer grpc = GrpcServer.server(vertx);
        rpc.addServicesTo(grpc);
        int port = vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .actualPort();
        client = new RpcClient(vertx, new HostAndPort("127.0.0.1", port), Telemetry.none());
    }

    public RpcClient client() {
        return client;
    }

    public String token() {
        return issuer.issue(new Identity.Service("intelligence-svc"));
    }

    public void close() throws Exception {
        client.close();
        rpc.drain(Duration.ofSeconds(2));
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
