package dev.quantdesk.kit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsResponse;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service as operators and orchestrators see it: a process with two ports and an exit code. */
@Timeout(60)
class ServiceRuntimeTest {
    private static final String SERVICE = "quantdesk.marketdata.v1.MarketDataService";

    @TempDir
    Path directory;

    private ServiceProcess started(Map<String, String> variables) throws Exception {
        ServiceProcess service = new ServiceProcess(directory, "well", variables);
        try {
            service.awaitOutput("kit-test is ready");
        } catch (AssertionError | InterruptedException failed) {
            service.close();
            throw failed;
        }
        return service;
    }

    private static ManagedChannel channel(ServiceProcess service) {
        return ManagedChannelBuilder.forAddress("127.0.0.1", service.grpcPort())
                .usePlaintext()
                .build();
    }

    private static ServingStatus health(ManagedChannel channel, String name) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService(name).build())
                .getStatus();
    }

    @Test
    void shouldTellOperatorsOfItsStateOnBothPorts() throws Exception {
        try (ServiceProcess service = started(Map.of())) {
            ManagedChannel channel = channel(service);
            assertEquals(200, service.get("/health").statusCode());
            var notReady = service.get("/ready");
            assertEquals(503, notReady.statusCode());
            assertEquals(
                    new JsonObject().put("gate", false).put("unsure", false),
                    new JsonObject(notReady.body()).getJsonObject("checks"));
            assertEquals(ServingStatus.NOT_SERVING, health(channel, SERVICE));
            assertEquals(ServingStatus.NOT_SERVING, health(channel, "kit-test"));
            service.openGate();
            var ready = new JsonObject(service.get("/ready").body());
            assertEquals("READY", ready.getString("status"));
            assertEquals("kit-test", ready.getString("service"));
            assertEquals(ServingStatus.SERVING, health(channel, SERVICE));
            assertEquals(ServingStatus.SERVING, health(channel, "kit-test"));
            StatusRuntimeException unknown =
                    assertThrows(StatusRuntimeException.class, () -> health(channel, "no.such.Service"));
            assertEquals(Status.Code.NOT_FOUND, unknown.getStatus().getCode());
            MarketDataServiceGrpc.newBlockingStub(channel).listMarkets(ListMarketsRequest.getDefaultInstance());
            var metrics = service.get("/metrics");
            assertEquals(200, metrics.statusCode());
            assertTrue(metrics.body().contains("jvm_memory_used_bytes"), metrics.body());
            assertTrue(
                    metrics.body()
                            .contains("rpc_server_duration_seconds_count{method=\"" + SERVICE
                                    + "/ListMarkets\",status=\"OK\"} 1"),
                    metrics.body());
            assertEquals(404, service.get("/nothing").statusCode());
            assertEquals(List.of(SERVICE), reflected(channel));
            channel.shutdownNow();
        }
    }

    private static List<String> reflected(ManagedChannel channel) throws Exception {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failed) {
                answer.completeExceptionally(failed);
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(
                ServerReflectionRequest.newBuilder().setListServices("*").build());
        requests.onCompleted();
        return answer.get(5, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .filter(name -> name.startsWith("quantdesk."))
                .toList();
    }

    @Test
    void shouldPrintItsSettingsWithTheirSourceInForceAndSecretsMasked() throws Exception {
        Path file = Files.writeString(
                directory.resolve("file.conf"), "limit = 20, wait = 7s, admin.password = from-the-file");
        try (ServiceProcess service = started(Map.of(
                "QUANTDESK_CONFIG", file.toString(), "TEST_LIMIT", "10", "REDIS_PASSWORD", "from-the-environment"))) {
            String output = service.output();
            assertTrue(output.contains("limit = 10\\n"), "a variable beats the file also when it repeats the default");
            assertTrue(output.contains("wait = 7 seconds") || output.contains("wait = 7s"), output);
            assertTrue(output.contains("admin.password = ********"), output);
            assertFalse(output.contains("from-the-file"), output);
            assertFalse(output.contains("from-the-environment"), output);
            for (String line : output.lines().toList()) {
                assertTrue(new JsonObject(line).containsKey("level"), "every line is a JSON object");
            }
        }
    }

    @Test
    void shouldFinishWhatIsUnderWayAndCloseItsPartsWhenTerminated() throws Exception {
        try (ServiceProcess service = started(Map.of())) {
            ManagedChannel channel = channel(service);
            var stub = MarketDataServiceGrpc.newFutureStub(channel);
            var underWay = stub.listMarkets(ListMarketsRequest.getDefaultInstance());
            var trades = MarketDataServiceGrpc.newBlockingStub(channel)
                    .streamTrades(StreamTradesRequest.newBuilder()
                            .setMarket("ETH-PERP")
                            .build());
            service.awaitOutput("working");
            service.awaitOutput("streaming");
            service.terminate();
            assertEquals(
                    ListMarketsResponse.getDefaultInstance(),
                    underWay.get(5, TimeUnit.SECONDS).toBuilder()
                            .clearServerTime()
                            .build());
            StatusRuntimeException ended = assertThrows(StatusRuntimeException.class, trades::hasNext);
            assertEquals(
                    "The service is stopping; connect again and resume.",
                    ended.getStatus().getDescription());
            assertEquals(128 + 15, service.awaitExit());
            String output = service.output();
            assertTrue(output.contains("closed last part"), output);
            assertTrue(output.indexOf("closed last part") < output.indexOf("closed first part"), output);
            assertTrue(output.contains("did not close"), "the one that failed is told");
            channel.shutdownNow();
        }
    }

    @Test
    void shouldEndWithTheReasonWhenAPartDoesNotStart() throws Exception {
        try (ServiceProcess service = new ServiceProcess(directory, "refuses", Map.of())) {
            assertEquals(1, service.awaitExit());
            assertTrue(service.output().contains("kit-test can't start: the chain is another one"), service.output());
        }
    }

    @Test
    void shouldEndAlsoWhenAClassIsMissing() throws Exception {
        try (ServiceProcess service = new ServiceProcess(directory, "breaks", Map.of())) {
            assertEquals(1, service.awaitExit());
            assertTrue(service.output().contains("kit-test can't start: org"), service.output());
        }
    }

    @Test
    void shouldEndWithTheReasonWhenItsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> variables =
                    Map.of("GRPC_PORT", Integer.toString(taken.getLocalPort()), "GRPC_HOST", "0.0.0.0");
            try (ServiceProcess service = new ServiceProcess(directory, "well", variables)) {
                assertEquals(1, service.awaitExit());
                assertTrue(service.output().contains("kit-test can't start"), service.output());
                assertTrue(service.output().contains(Integer.toString(taken.getLocalPort())), service.output());
            }
        }
    }

    @Test
    void shouldNameTheSettingWhenOneIsWrong() throws Exception {
        try (ServiceProcess service = new ServiceProcess(directory, "well", Map.of("GRPC_MAX_CALLS", "many"))) {
            assertEquals(1, service.awaitExit());
            assertTrue(service.output().contains("grpc.max_calls"), service.output());
        }
    }
}
