package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.WAIT;
import static dev.quantdesk.kit.rpc.TestMesh.as;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import dev.quantdesk.proto.marketdata.v1.StreamTradesResponse;
import dev.quantdesk.proto.marketdata.v1.Trade;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Server streams from their opening to their end. */
@Timeout(30)
class ServerStreamTest {
    private static final StreamTradesRequest REQUEST =
            StreamTradesRequest.newBuilder().setMarket("ETH-PERP").build();

    private static final int STREAMS_MIN = 200;

    private final BlockingQueue<StreamTradesResponse> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<Throwable> end = new AtomicReference<>();

    /** A stream as services write them: whatever comes into the queue goes out. */
    private void forward(StreamTradesRequest request, Call call, StreamWriter<StreamTradesResponse> out)
            throws InterruptedException {
        open.incrementAndGet();
        try {
            while (true) {
                out.send(out.await(queue));
            }
        } catch (RuntimeException ended) {
            end.set(ended);
            throw ended;
        } finally {
            open.decrementAndGet();
        }
    }

    private static StreamTradesResponse trade(long sequence, String id) {
        return StreamTradesResponse.newBuilder()
                .addTrades(Trade.newBuilder().setSequence(sequence).setVenueTradeId(id))
                .build();
    }

    private static RpcClient.RpcStream<StreamTradesResponse> follow(TestMesh mesh, RpcClient client) throws Exception {
        return client.stream(VxMarketDataServiceGrpcClient.StreamTrades, REQUEST, mesh.anonymous(), WAIT);
    }

    @Test
    void shouldDeliverEveryMessageInOrderWhenTheReaderIsSlowerThanTheWriter() throws Exception {
        int count = 20_000;
        try (TestMesh mesh = mesh().streamingTrades((_, _, out) -> {
                    for (int i = 1; i <= count; i++) {
                        out.send(trade(i, ""));
                    }
                })
                .start()) {
            try (var stream = follow(mesh, mesh.client())) {
                for (int i = 1; i <= count; i++) {
                    StreamTradesResponse message = stream.next(WAIT);
                    assertEquals(i, message.getTrades(0).getSequence());
                    if (i % 5_000 == 0) {
                        Thread.yield();
                    }
                }
                ApiException ended = assertThrows(ApiException.class, () -> stream.next(WAIT));
                assertEquals("UPSTREAM_UNAVAILABLE", ended.reason());
                assertThrows(ApiException.class, () -> stream.next(WAIT), "asked again");
            }
        }
    }

    @Test
    void shouldOpenAtOnceWhenNothingIsToBeSentYet() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades(this::forward).start()) {
            try (var stream = follow(mesh, mesh.client())) {
                assertNull(stream.next(Duration.ofMillis(50)));
                queue.add(trade(7, ""));
                assertEquals(7, stream.next(WAIT).getTrades(0).getSequence());
            }
        }
    }

    @Test
    void shouldGiveTheRefusalOfAStreamToBothClients() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades((_, _, _) -> {
                    throw ApiException.refuse(Reason.UNKNOWN_MARKET, "no such market")
                            .build();
                })
                .start()) {
            RpcClient client = mesh.client();
            ApiException refusal = assertThrows(ApiException.class, () -> {
                try (var stream = follow(mesh, client)) {
                    stream.next(WAIT);
                }
            });
            assertEquals("UNKNOWN_MARKET", refusal.reason());
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            StatusRuntimeException failed = assertThrows(
                    StatusRuntimeException.class,
                    () -> stub.streamTrades(REQUEST).hasNext());
            assertEquals("UNKNOWN_MARKET", TestMesh.refusal(failed).reason());
        }
    }

    @Test
    void shouldTellTheEndOfEveryStreamHoweverSoonItComes() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades((_, _, _) -> {
                    throw ApiException.refuse(Reason.UNKNOWN_MARKET, "no such market")
                            .build();
                })
                .start()) {
            RpcClient client = mesh.client();
            long enoughNanos = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            for (int i = 0; i < STREAMS_MIN || System.nanoTime() - enoughNanos < 0; i++) {
                int number = i;
                ApiException refusal = assertThrows(
                        ApiException.class,
                        () -> {
                            try (var stream = follow(mesh, client)) {
                                stream.next(WAIT);
                            }
                        },
                        () -> "stream " + number);
                assertEquals("UNKNOWN_MARKET", refusal.reason());
            }
        }
    }

    @Test
    void shouldGiveTheReasonAlsoWhenTheStreamFailsAfterMessages() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades((_, _, out) -> {
                    out.send(trade(1, ""));
                    throw ApiException.refuse(Reason.RESUME_EXPIRED, "too old").build();
                })
                .start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            Iterator<StreamTradesResponse> trades = stub.streamTrades(REQUEST);
            assertEquals(1, trades.next().getTrades(0).getSequence());
            StatusRuntimeException failed = assertThrows(StatusRuntimeException.class, trades::hasNext);
            assertEquals("RESUME_EXPIRED", TestMesh.refusal(failed).reason());
            assertEquals(Status.Code.OUT_OF_RANGE, failed.getStatus().getCode());
        }
    }

    @Test
    void shouldFreeTheSlotWhenTheClientCancelsAQuietStream() throws Exception {
        try (TestMesh mesh =
                mesh().withMaxStreams(1).streamingTrades(this::forward).start()) {
            RpcClient client = mesh.client();
            var first = follow(mesh, client);
            TestMesh.await("the stream is open", () -> open.get() == 1);
            try (var second = follow(mesh, client)) {
                ApiException refusal = assertThrows(ApiException.class, () -> second.next(WAIT));
                assertEquals("TOO_MANY_STREAMS", refusal.reason());
            }
            first.close();
            TestMesh.await("the stream has ended", () -> open.get() == 0);
            try (var third = follow(mesh, client)) {
                queue.add(trade(3, ""));
                assertEquals(3, third.next(WAIT).getTrades(0).getSequence());
            }
        }
    }

    @Test
    void shouldFreeTheSlotWhenAGrpcJavaClientCancelsABusyStream() throws Exception {
        try (TestMesh mesh = mesh().withMaxStreams(1)
                .streamingTrades((request, call, out) -> {
                    queue.add(trade(1, ""));
                    forward(request, call, new Refilling(out, queue).writer());
                })
                .start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            Context.CancellableContext context = Context.current().withCancellation();
            Iterator<StreamTradesResponse> trades = context.call(() -> stub.streamTrades(REQUEST));
            trades.next();
            context.cancel(new CancellationException("enough"));
            TestMesh.await("the stream has ended", () -> end.get() != null && open.get() == 0);
        }
    }

    @Test
    void shouldFreeTheSlotWhenTheConnectionIsLost() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades(this::forward).start()) {
            ManagedChannel channel = mesh.channel();
            as(mesh.anonymous(), MarketDataServiceGrpc.newStub(channel)).streamTrades(REQUEST, new Ignoring<>());
            TestMesh.await("the stream is open", () -> open.get() == 1);
            channel.shutdownNow();
            TestMesh.await("the stream has ended", () -> open.get() == 0);
        }
    }

    @Test
    void shouldFreeTheSlotWhenTheDeadlineOfAQuietStreamPasses() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades(this::forward).start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            // A deadline may pass before the server has the stream: then a later one is tried.
            for (Duration deadline = Duration.ofMillis(300); end.get() == null; deadline = deadline.multipliedBy(2)) {
                Iterator<StreamTradesResponse> trades =
                        stub.withDeadlineAfter(deadline).streamTrades(REQUEST);
                StatusRuntimeException failed = assertThrows(StatusRuntimeException.class, trades::hasNext);
                assertEquals(Status.Code.DEADLINE_EXCEEDED, failed.getStatus().getCode());
                TestMesh.await("the stream has ended", () -> open.get() == 0);
            }
        }
    }

    @Test
    void shouldCutOffAClientThatTakesNothing() throws Exception {
        String filling = "x".repeat(8_192);
        try (TestMesh mesh = mesh().withPatience(Duration.ofMillis(300))
                .streamingTrades((_, _, out) -> {
                    try {
                        for (long i = 1; i < 1_000_000; i++) {
                            out.send(trade(i, filling));
                        }
                    } catch (RuntimeException cutOff) {
                        end.set(cutOff);
                        throw cutOff;
                    }
                })
                .start()) {
            var stub = as(mesh.anonymous(), MarketDataServiceGrpc.newBlockingStub(mesh.channel()));
            Iterator<StreamTradesResponse> trades = stub.streamTrades(REQUEST);
            trades.next();
            TestMesh.await("the server gives up", () -> end.get() != null);
            assertEquals("SLOW_CONSUMER", ((ApiException) end.get()).reason());
            StatusRuntimeException failed = assertThrows(StatusRuntimeException.class, () -> {
                while (trades.hasNext()) {
                    trades.next();
                }
            });
            assertEquals("SLOW_CONSUMER", TestMesh.refusal(failed).reason());
        }
    }

    @Test
    void shouldSayUnavailableWhenTheServerDiesDuringAStream() throws Exception {
        try (TestMesh mesh = mesh().streamingTrades(this::forward).start();
                Connection connection = new Connection(mesh.port());
                RpcClient client =
                        new RpcClient(mesh.vertx(), new HostAndPort("127.0.0.1", connection.port()), Telemetry.none());
                var stream = follow(mesh, client)) {
            connection.cut();
            ApiException lost = assertThrows(ApiException.class, () -> assertNull(stream.next(WAIT)));
            assertEquals("UPSTREAM_UNAVAILABLE", lost.reason());
            TestMesh.await("the server knows too", () -> open.get() == 0);
        }
    }

    /** One connection to a server, which ends as it does when a process dies: at any moment, and without a word. */
    private static final class Connection implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Socket server;
        private volatile Socket client;

        Connection(int port) throws IOException {
            server = new Socket(InetAddress.getLoopbackAddress(), port);
            Thread.startVirtualThread(() -> pass(() -> {
                client = door.accept();
                Thread.startVirtualThread(
                        () -> pass(() -> server.getInputStream().transferTo(client.getOutputStream())));
                client.getInputStream().transferTo(server.getOutputStream());
            }));
        }

        private interface Passing {
            void run() throws IOException;
        }

        private static void pass(Passing bytes) {
            try {
                bytes.run();
            } catch (IOException _) {
                // The connection was closed, which is what it is for.
            }
        }

        int port() {
            return door.getLocalPort();
        }

        void cut() throws IOException {
            door.close();
            server.close();
            client.close();
        }

        @Override
        public void close() throws IOException {
            cut();
        }
    }

    /** Keeps a queue from running dry. */
    private record Refilling(StreamWriter<StreamTradesResponse> writer, BlockingQueue<StreamTradesResponse> queue) {
        private Refilling {
            for (int i = 2; i < 2_000; i++) {
                queue.add(trade(i, ""));
            }
        }
    }

    private static final class Ignoring<T> implements io.grpc.stub.StreamObserver<T> {
        @Override
        public void onNext(T message) {}

        @Override
        public void onError(Throwable failed) {}

        @Override
        public void onCompleted() {}
    }
}
