package dev.quantdesk.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A process that gives back what it is sent: the peer that a stream of orders is measured beside. Part of the benchmark's mesh only.
 */
public final class EchoServer {
    static final ServiceName SERVICE = ServiceName.create("bench.Echo");
    /** The same, by another name: the gateway checks who calls and counts the call, as it does with an order. */
    static final ServiceName CHECKED = ServiceName.create("bench.CheckedEcho");

    static final String STREAM = "Stream";
    static final String UNARY = "Unary";

    private EchoServer() {}

    /** @param arguments the port on 127.0.0.1 */
    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(Runtime.getRuntime().availableProcessors()));
        GrpcServer grpc = GrpcServer.server(vertx);
        grpc.callHandler(method(SERVICE, STREAM), request -> {
            request.handler(message -> request.response().write(message));
            request.endHandler(_ -> request.response().end());
        });
        for (ServiceName service : List.of(SERVICE, CHECKED)) {
            grpc.callHandler(
                    method(service, UNARY),
                    request -> request.handler(message -> request.response().end(message)));
        }
        vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(Integer.parseInt(arguments[0]), "127.0.0.1")
                .await();
        new CountDownLatch(1).await();
    }

    private static ServiceMethod<Buffer, Buffer> method(ServiceName service, String name) {
        return ServiceMethod.server(service, name, GrpcMessageEncoder.IDENTITY, GrpcMessageDecoder.IDENTITY);
    }
}
