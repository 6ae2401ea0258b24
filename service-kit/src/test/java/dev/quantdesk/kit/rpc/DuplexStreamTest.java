package dev.quantdesk.kit.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.TradeOrdersHeartbeat;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DuplexStreamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration STUCK = Duration.ofMillis(500);

    /** What the server said, and how it ended. */
    private static final class Client implements ClientResponseObserver<TradeOrdersRequest, TradeOrdersResponse> {
        final BlockingQueue<TradeOrdersResponse> answers = new LinkedBlockingQueue<>();
        final CompletableFuture<Throwable> end = new CompletableFuture<>();
        final AtomicLong sent = new AtomicLong();
        ClientCallStreamObserver<TradeOrdersRequest> call;

        static Client open(TestMesh mesh) {
            Client client = new Client();
            TestMesh.as(mesh.trader(), OrderServiceGrpc.newStub(mesh.channel())).tradeOrders(client);
            return client;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<TradeOrdersRequest> requestStream) {
            call = requestStream;
        }

        @Override
        public void onNext(TradeOrdersResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(failure);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }

        void send(long correlationId) {
            call.onNext(heartbeat(correlationId));
            sent.incrementAndGet();
        }

        long answer() throws InterruptedException {
            TradeOrdersResponse answer = answers.poll(10, TimeUnit.SECONDS);
            assertTrue(answer != null, "no answer came");
            return answer.getCorrelationId();
        }

        ApiException refusal() throws Exception {
            return TestMesh.refusal(assertInstanceOf(StatusRuntimeException.class, end.get(10, TimeUnit.SECONDS)));
        }
    }

    private static TradeOrdersRequest heartbeat(long correlationId) {
        return TradeOrdersRequest.newBuilder()
                .setCorrelationId(correlationId)
                .setHeartbeat(TradeOrdersHeartbeat.getDefaultInstance())
                .build();
    }

    private static void echo(StreamReader<TradeOrdersRequest> in, StreamWriter<TradeOrdersResponse> out)
            throws Exception {
        for (Optional<TradeOrdersRequest> next = in.next(PATIENCE); next.isPresent(); next = in.next(PATIENCE)) {
            TradeOrdersResponse.Builder answer =
                    TradeOrdersResponse.newBuilder().setCorrelationId(next.get().getCorrelationId());
            try {
                in.check(next.get());
            } catch (ApiException refusal) {
                answer.setRefusal(refusal.status());
            }
            out.answer(answer.build());
        }
    }

    @Test
    void shouldAnswerEachMessageAndEndWhenTheClientHasEnded() throws Exception {
        try (TestMesh mesh =
                TestMesh.mesh().trading((_, in, out) -> echo(in, out)).start()) {
            Client client = Client.open(mesh);
            for (int i = 1; i <= 1_000; i++) {
                client.send(i);
            }
            for (int i = 1; i <= 1_000; i++) {
                assertEquals(i, client.answer());
            }
            client.call.onCompleted();
            assertNull(client.end.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldGoOnWhenOneMessageBreaksARule() throws Exception {
        try (TestMesh mesh =
                TestMesh.mesh().trading((_, in, out) -> echo(in, out)).start()) {
            Client client = Client.open(mesh);
            client.call.onNext(TradeOrdersRequest.newBuilder()
                    .setCorrelationId(1)
                    .setCancel(CancelOrderRequest.getDefaultInstance())
                    .build());
            client.send(2);
            TradeOrdersResponse refused = client.answers.poll(10, TimeUnit.SECONDS);
            assertEquals(
                    "REQUEST_INVALID", ApiException.of(refused.getRefusal()).reason());
            assertEquals(2, client.answer());
        }
    }

    @Test
    void shouldEndWithTheReasonWhenAMessageCantBeRead() throws Exception {
        try (TestMesh mesh =
                TestMesh.mesh().trading((_, in, out) -> echo(in, out)).start()) {
            Client client = Client.open(mesh);
            client.send(1);
            assertEquals(1, client.answer());
            client.call.onNext(TradeOrdersRequest.newBuilder()
                    .setTraceparent("x".repeat(TestMesh.MAX_MESSAGE_BYTES))
                    .build());
            assertEquals("MESSAGE_TOO_LARGE", client.refusal().reason());
        }
    }

    @Test
    void shouldHoldTheClientBackWhenTheHandlerDoesNotRead() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestMesh mesh = TestMesh.mesh()
                .trading((_, in, out) -> {
                    go.await();
                    echo(in, out);
                })
                .start()) {
            Client client = Client.open(mesh);
            int most = 200_000;
            TestMesh.await("the stream is open", client.call::isReady);
            long stuckSince = System.nanoTime();
            while (System.nanoTime() - stuckSince < STUCK.toNanos() && client.sent.get() < most) {
                if (client.call.isReady()) {
                    client.send(client.sent.get() + 1);
                    stuckSince = System.nanoTime();
                } else {
                    Thread.onSpinWait();
                }
            }
            assertTrue(client.sent.get() < most, "the client was never held back");
            go.countDown();
            for (long i = 1; i <= client.sent.get(); i++) {
                assertEquals(i, client.answer());
            }
        }
    }

    @Test
    void shouldTellTheHandlerWhenTheClientIsGone() throws Exception {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        try (TestMesh mesh = TestMesh.mesh()
                .trading((_, in, out) -> {
                    try {
                        echo(in, out);
                    } catch (RuntimeException gone) {
                        end.complete(gone);
                        throw gone;
                    }
                })
                .start()) {
            Client client = Client.open(mesh);
            client.send(1);
            assertEquals(1, client.answer());
            client.call.cancel("the test goes", null);
            assertInstanceOf(StreamWriter.ClosedByClientException.class, end.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldEndWithHeartbeatMissedWhenTheClientIsSilent() throws Exception {
        try (TestMesh mesh = TestMesh.mesh()
                .trading((_, in, _) -> in.next(Duration.ofMillis(200)))
                .start()) {
            assertEquals("HEARTBEAT_MISSED", Client.open(mesh).refusal().reason());
        }
    }

    @Test
    void shouldAnswerWhatIsUnderWayAndSayThatItStopsWhenTheServerDrains() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        TestMesh mesh = TestMesh.mesh()
                .trading((_, in, out) -> {
                    TradeOrdersRequest request = in.next(PATIENCE).orElseThrow();
                    read.countDown();
                    try {
                        in.next(PATIENCE);
                    } finally {
                        out.answer(TradeOrdersResponse.newBuilder()
                                .setCorrelationId(request.getCorrelationId())
                                .build());
                    }
                })
                .start();
        try (mesh) {
            Client client = Client.open(mesh);
            client.send(7);
            assertTrue(read.await(10, TimeUnit.SECONDS));
            mesh.server().drain(Duration.ofSeconds(5));
            assertEquals(7, client.answer());
            ApiException refusal = client.refusal();
            assertEquals("SERVICE_STOPPING", refusal.reason());
            assertEquals(Status.Code.UNAVAILABLE.value(), refusal.status().getCode());
        }
    }

    @Test
    void shouldRefuseAStreamBeyondTheLimit() throws Exception {
        try (TestMesh mesh = TestMesh.mesh()
                .withMaxStreams(1)
                .trading((_, in, out) -> echo(in, out))
                .start()) {
            Client first = Client.open(mesh);
            first.send(1);
            assertEquals(1, first.answer());
            assertEquals("TOO_MANY_STREAMS", Client.open(mesh).refusal().reason());
        }
    }
}
