package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.WAIT;
import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An orderly stop: what is under way ends well, what is new goes elsewhere. */
@Timeout(30)
class DrainTest {
    private static final GetOrderBookRequest BOOK =
            GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build();
    private static final StreamTradesRequest TRADES =
            StreamTradesRequest.newBuilder().setMarket("ETH-PERP").build();

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private TestMesh meshWithASlowCall() throws Exception {
        return mesh().answeringBooks((_, _) -> {
                    entered.countDown();
                    release.await();
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .streamingTrades((_, _, out) -> {
                    entered.countDown();
                    out.send(out.await(new LinkedBlockingQueue<>()));
                })
                .start();
    }

    private static CompletableFuture<Void> draining(TestMesh mesh, Duration timeout) {
        return CompletableFuture.runAsync(() -> {
            try {
                mesh.server().drain(timeout);
            } catch (InterruptedException stopped) {
                throw new CompletionException(stopped);
            }
        });
    }

    private static MarketDataServiceGrpc.MarketDataServiceFutureStub stub(TestMesh mesh) {
        return as(mesh.anonymous(), MarketDataServiceGrpc.newFutureStub(mesh.channel()));
    }

    private static String reasonOf(ExecutionException failed) {
        return TestMesh.refusal((StatusRuntimeException) failed.getCause()).reason();
    }

    @Test
    void shouldLetACallUnderWayFinishAndRefuseANewOne() throws Exception {
        try (TestMesh mesh = meshWithASlowCall()) {
            var underWay = stub(mesh).getOrderBook(BOOK);
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            CompletableFuture<Void> drained = draining(mesh, WAIT);
            var late = stub(mesh);
            TestMesh.await("new calls are refused", () -> {
                try {
                    late.withDeadlineAfter(Duration.ofMillis(300))
                            .getOrderBook(BOOK)
                            .get();
                    return false;
                } catch (ExecutionException refused) {
                    return isStopping(refused);
                } catch (InterruptedException stopped) {
                    throw new IllegalStateException(stopped);
                }
            });
            assertFalse(drained.isDone());
            release.countDown();
            GetOrderBookResponse answered = underWay.get(5, TimeUnit.SECONDS);
            assertTrue(answered.hasServerTime());
            assertEquals(
                    GetOrderBookResponse.getDefaultInstance(),
                    answered.toBuilder().clearServerTime().build());
            drained.get(5, TimeUnit.SECONDS);
            ExecutionException after = assertThrows(
                    ExecutionException.class,
                    () -> stub(mesh).getOrderBook(BOOK).get(5, TimeUnit.SECONDS));
            assertEquals("SERVICE_STOPPING", reasonOf(after));
        }
    }

    private static boolean isStopping(ExecutionException refused) {
        StatusRuntimeException status = (StatusRuntimeException) refused.getCause();
        return status.getStatus().getCode() == io.grpc.Status.Code.UNAVAILABLE
                && TestMesh.refusal(status).reason().equals("SERVICE_STOPPING");
    }

    @Test
    void shouldEndStreamsSoThatClientsConnectElsewhere() throws Exception {
        try (TestMesh mesh = meshWithASlowCall()) {
            var trades = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()))
                    .streamTrades(TRADES);
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            CompletableFuture<Void> drained = draining(mesh, WAIT);
            StatusRuntimeException ended = assertThrows(StatusRuntimeException.class, trades::hasNext);
            assertEquals("SERVICE_STOPPING", TestMesh.refusal(ended).reason());
            drained.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldInterruptACallThatTakesTooLong() throws Exception {
        try (TestMesh mesh = meshWithASlowCall()) {
            var stuck = stub(mesh).getOrderBook(BOOK);
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            draining(mesh, Duration.ofMillis(200)).get(3, TimeUnit.SECONDS);
            ExecutionException failed = assertThrows(ExecutionException.class, () -> stuck.get(5, TimeUnit.SECONDS));
            assertEquals("SERVICE_STOPPING", reasonOf(failed));
        }
    }
}
