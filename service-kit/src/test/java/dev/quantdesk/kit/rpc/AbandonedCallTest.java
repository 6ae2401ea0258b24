package dev.quantdesk.kit.rpc;

import static dev.quantdesk.kit.rpc.TestMesh.WAIT;
import static dev.quantdesk.kit.rpc.TestMesh.mesh;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Message;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose client goes before their deadline, as the gateway goes when its own client has gone: without an error. */
@Timeout(30)
class AbandonedCallTest {
    private static final Duration DEADLINE = Duration.ofMillis(700);
    private static final int NO_ERROR = 0;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveNothingBehindWhenTheDeadlineOfAnAbandonedStreamComes(boolean connectionStays) throws Exception {
        try (TestMesh mesh = mesh().streamingTrades((_, _, out) -> {
                    begun.incrementAndGet();
                    try {
                        out.await(new LinkedBlockingQueue<>());
                    } finally {
                        ended.incrementAndGet();
                    }
                })
                .start()) {
            abandon(
                    mesh,
                    "StreamTrades",
                    StreamTradesRequest.newBuilder().setMarket("ETH-PERP").build(),
                    connectionStays);
            TestMesh.await("the stream has ended", () -> ended.get() == 1);
            afterTheDeadline();
            assertEquals(List.of(), mesh.unhandled());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveNothingBehindWhenTheDeadlineOfAnAbandonedCallComes(boolean connectionStays) throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        try (TestMesh mesh = mesh().answeringBooks((_, _) -> {
                    begun.incrementAndGet();
                    late.await();
                    return GetOrderBookResponse.getDefaultInstance();
                })
                .start()) {
            abandon(
                    mesh,
                    "GetOrderBook",
                    GetOrderBookRequest.newBuilder().setMarket("ETH-PERP").build(),
                    connectionStays);
            afterTheDeadline();
            late.countDown();
            mesh.server().drain(WAIT);
            assertEquals(List.of(), mesh.unhandled());
        }
    }

    private void abandon(TestMesh mesh, String method, Message message, boolean connectionStays) throws Exception {
        HttpClient client = mesh.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false));
        byte[] body = message.toByteArray();
        HttpClientRequest request = client.request(
                        HttpMethod.POST,
                        mesh.port(),
                        "127.0.0.1",
                        "/quantdesk.marketdata.v1.MarketDataService/" + method)
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
        request.putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers")
                .putHeader("grpc-timeout", DEADLINE.toMillis() + "m")
                .putHeader(IdentityTokens.HEADER, mesh.anonymous())
                .end(Buffer.buffer().appendByte((byte) 0).appendInt(body.length).appendBytes(body));
        TestMesh.await("the call has begun", () -> begun.get() == 1);
        if (connectionStays) {
            request.reset(NO_ERROR);
        } else {
            client.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    private static void afterTheDeadline() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(2 * DEADLINE.toMillis());
    }
}
