package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.WAIT;
import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many calls there may be at a time, and how long each may take. */
@Timeout(30)
class CallBoundsTest {
    private static final GetOrderBookRequest BOOK =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();

    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger underWay = new AtomicInteger();

    private TestMesh.Builder meshWithSlowCalls() {
        return mesh().answeringBooks((_, _) -> {
            underWay.incrementAndGet();
            try {
                release.await();
            } finally {
                underWay.decrementAndGet();
            }
            return GetOrderBookResponse.getDefaultInstance();
        });
    }

    @Test
    void shouldRefuseOneCallMoreThanThereMayBeAndServeAgainAfterwards() throws Exception {
        try (TestMesh mesh = meshWithSlowCalls().withMaxCalls(2).start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newFutureStub(mesh.channel()));
            var first = stub.getOrderBook(BOOK);
            var second = stub.getOrderBook(BOOK);
            TestMesh.await("both are under way", () -> underWay.get() == 2);
            ExecutionException failed = assertThrows(
                    ExecutionException.class, () -> stub.getOrderBook(BOOK).get(5, TimeUnit.SECONDS));
            assertEquals(
                    "SERVER_OVERLOADED",
                    TestMesh.refusal((StatusRuntimeException) failed.getCause()).reason());
            release.countDown();
            first.get(5, TimeUnit.SECONDS);
            second.get(5, TimeUnit.SECONDS);
            TestMesh.await("a slot is free", () -> underWay.get() == 0);
            for (int i = 0; i < 10; i++) {
                stub.getOrderBook(BOOK).get(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void shouldAnswerAtTheDeadlineAndServeOthersWhenTheHandlerIsLate() throws Exception {
        try (TestMesh mesh = meshWithSlowCalls().start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            StatusRuntimeException late = assertThrows(
                    StatusRuntimeException.class,
                    () -> stub.withDeadlineAfter(Duration.ofMillis(200)).getOrderBook(BOOK));
            assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
            release.countDown();
            stub.withDeadlineAfter(WAIT).getOrderBook(BOOK);
        }
    }

    @Test
    void shouldTellTheHandlerHowMuchTimeIsLeft() throws Exception {
        AtomicLong millis = new AtomicLong();
        try (TestMesh mesh = mesh().answeringBooks((_, call) -> {
                    millis.set(call.timeLeft(Duration.ofSeconds(60)).toMillis());
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .start()) {
            RpcClient client = mesh.client();
            client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), Duration.ofSeconds(5));
            assertTrue(millis.get() > 0 && millis.get() <= 5_000, millis.toString());
            as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()))
                    .getOrderBook(BOOK);
            assertEquals(60_000, millis.get(), "without a deadline");
        }
    }

    @Test
    void shouldSayUnavailableInTimeWhenThePeerDoesNotAnswer() throws Exception {
        try (TestMesh mesh = meshWithSlowCalls().start()) {
            RpcClient client = mesh.client();
            long start = System.nanoTime();
            ApiException failed = assertThrows(
                    ApiException.class,
                    () -> client.call(
                            VxMarketDataServiceGrpcClient.GetOrderBook,
                            BOOK,
                            mesh.anonymous(),
                            Duration.ofMillis(300)));
            assertEquals("UPSTREAM_UNAVAILABLE", failed.reason());
            assertTrue(System.nanoTime() - start < 2_000_000_000L);
            release.countDown();
        }
    }

    @Test
    void shouldSayUnavailableWhenNobodyListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (TestMesh mesh = mesh().start()) {
            RpcClient client = new RpcClient(mesh.vertx(), new HostAndPort("127.0.0.1", port), Telemetry.none());
            try (client) {
                ApiException failed = assertThrows(
                        ApiException.class,
                        () -> client.call(VxMarketDataServiceGrpcClient.GetOrderBook, BOOK, mesh.anonymous(), WAIT));
                assertEquals("UPSTREAM_UNAVAILABLE", failed.reason());
            }
        }
    }
}
