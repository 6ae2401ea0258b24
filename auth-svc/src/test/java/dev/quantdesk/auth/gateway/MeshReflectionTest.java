package dev.quantdesk.auth.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.v1.ExtensionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import io.vertx.grpc.server.GrpcServer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MeshReflectionTest {
    private final MeshReflection reflection = MeshReflection.ofClassPath();

    @Test
    void shouldNameTheServicesOfTheWholeMesh() {
        ServerReflectionResponse answer = reflection.answer(
                ServerReflectionRequest.newBuilder().setListServices("").build());
        List<String> names = answer.getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .toList();
        assertTrue(names.containsAll(List.of(
                "quantdesk.auth.v1.SessionService",
                "quantdesk.execution.v1.OrderService",
                "quantdesk.execution.v1.AlgoOrderService",
                "quantdesk.marketdata.v1.MarketDataService",
                "quantdesk.risk.v1.RiskService",
                "quantdesk.intelligence.v1.InsightService")));
        assertEquals(names.stream().sorted().toList(), names);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quantdesk.execution.v1.OrderService",
                "quantdesk.execution.v1.OrderService.PlaceOrder",
                "quantdesk.execution.v1.PlaceOrderRequest",
                "quantdesk.execution.v1.PlaceOrderRequest.client_order_id"
            })
    void shouldGiveTheFileOfASymbolWithEverythingItImports(String symbol) throws Exception {
        ServerReflectionResponse answer = reflection.answer(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build());
        List<String> files = names(answer);
        assertEquals("quantdesk/execution/v1/order_service.proto", files.getFirst());
        assertTrue(files.contains("google/protobuf/timestamp.proto"));
        assertEquals(files.size(), files.stream().distinct().count());
    }

    @Test
    void shouldFindFilesAndExtensions() throws Exception {
        assertEquals(
                "quantdesk/auth/v1/session_service.proto",
                names(reflection.answer(ServerReflectionRequest.newBuilder()
                                .setFileByFilename("quantdesk/auth/v1/session_service.proto")
                                .build()))
                        .getFirst());
        ExtensionRequest http = ExtensionRequest.newBuilder()
                .setContainingType("google.protobuf.MethodOptions")
                .setExtensionNumber(72_295_728)
                .build();
        assertEquals(
                "google/api/annotations.proto",
                names(reflection.answer(ServerReflectionRequest.newBuilder()
                                .setFileContainingExtension(http)
                                .build()))
                        .getFirst());
        ServerReflectionResponse numbers = reflection.answer(ServerReflectionRequest.newBuilder()
                .setAllExtensionNumbersOfType("google.protobuf.MethodOptions")
                .build());
        assertTrue(numbers.getAllExtensionNumbersResponse()
                .getExtensionNumberList()
                .contains(72_295_728));
    }

    @ParameterizedTest
    @ValueSource(strings = {"google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo"})
    void shouldKnowTheDetailsOfRefusals(String type) throws Exception {
        ServerReflectionRequest request = ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(type)
                .build();
        assertEquals(
                "google/rpc/error_details.proto",
                names(reflection.answer(request)).getFirst());
    }

    @Test
    void shouldSayWhenThereIsNoSuchThing() {
        ServerReflectionResponse unknown = reflection.answer(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("quantdesk.Nothing")
                .build());
        assertEquals(5, unknown.getErrorResponse().getErrorCode());
        ServerReflectionResponse empty = reflection.answer(ServerReflectionRequest.getDefaultInstance());
        assertEquals(3, empty.getErrorResponse().getErrorCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1alpha"})
    void shouldAnswerSeveralRequestsOnOneStream(String version) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            GrpcServer grpc = GrpcServer.server(vertx);
            reflection.bindTo(grpc);
            HttpServer http =
                    await(vertx.createHttpServer().requestHandler(grpc).listen(0, "127.0.0.1"));
            ServiceMethod<ServerReflectionResponse, ServerReflectionRequest> method = ServiceMethod.client(
                    ServiceName.create("grpc.reflection." + version + ".ServerReflection"),
                    "ServerReflectionInfo",
                    GrpcMessageEncoder.encoder(),
                    GrpcMessageDecoder.decoder(ServerReflectionResponse.newBuilder()));
            BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
            var request = await(GrpcClient.client(vertx)
                    .request(SocketAddress.inetSocketAddress(http.actualPort(), "127.0.0.1"), method));
            request.response().onSuccess(response -> response.handler(answers::add));
            ServerReflectionRequest list =
                    ServerReflectionRequest.newBuilder().setListServices("").build();
            for (int i = 0; i < 3; i++) {
                await(request.write(list));
                ServerReflectionResponse answer = answers.poll(10, TimeUnit.SECONDS);
                assertEquals(reflection.answer(list), answer);
            }
            await(request.end());
            await(request.response().compose(response -> response.end()));
        } finally {
            await(vertx.close());
        }
    }

    private static List<String> names(ServerReflectionResponse answer) throws InvalidProtocolBufferException {
        return answer.getFileDescriptorResponse().getFileDescriptorProtoList().stream()
                .map(bytes -> {
                    try {
                        return FileDescriptorProto.parseFrom(bytes).getName();
                    } catch (InvalidProtocolBufferException broken) {
                        throw new AssertionError(broken);
                    }
                })
                .toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
