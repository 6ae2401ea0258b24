package dev.quantdesk.intelligence.orderflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.intelligence.Eventually;
import dev.quantdesk.intelligence.TestServer;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcService;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The follower against a market data server whose streams the test plays. */
@Timeout(30)
class BookFollowerTest {
    private static final String AFTER_FOUR = "102:7;103:8;100.5:4;99:6;";
    private static final StreamOrderBookResponse END = StreamOrderBookResponse.getDefaultInstance();

    private final BlockingQueue<StreamOrderBookRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamOrderBookResponse> steps = new LinkedBlockingQueue<>();
    private final List<OrderFlow> reports = new CopyOnWriteArrayList<>();
    private TestServer server;
    private BookFollower follower;

    @BeforeEach
    void serve() throws Exception {
        server =
                new TestServer(rpc -> rpc
                        .service(
                                VxMarketDataServiceGrpcService.SERVICE_NAME,
                                VxMarketDataServiceGrpcService.SERVICE_DESCRIPTOR)
                        .stream(
                                VxMarketDataServiceGrpcService.StreamOrderBook,
                                Access.PUBLIC,
                                (request, _, out) -> play(request, out))
                        .bind());
    }

    private void play(StreamOrderBookRequest request, StreamWriter<StreamOrderBookResponse> out)
            throws InterruptedException {
        requests.add(request);
        while (true) {
            StreamOrderBookResponse step = out.await(steps);
            if (step == END) {
                throw ApiException.refuse(Reason.SERVICE_STOPPING, "bye").build();
            }
            out.send(step);
        }
    }

    @AfterEach
    void close() throws Exception {
        follower.close();
        server.close();
    }

    private void follow(Duration silenceMax) {
        var options = new BookFollower.Options(
                Duration.ofSeconds(5), silenceMax, Duration.ofMillis(5), Duration.ofMillis(50));
        follower =
                new BookFollower("SOL-PERP", server.client(), server::token, options, Clock.systemUTC(), reports::add);
        follower.start();
    }

    private void follow() {
        follow(Duration.ofSeconds(20));
    }

    private StreamOrderBookRequest nextRequest() throws InterruptedException {
        StreamOrderBookRequest request = requests.poll(10, TimeUnit.SECONDS);
        assertTrue(request != null, "no stream was opened");
        return request;
    }

    private void send(OrderBook snapshot) {
        steps.add(StreamOrderBookResponse.newBuilder().setSnapshot(snapshot).build());
    }

    private void send(OrderBookUpdate update) {
        steps.add(StreamOrderBookResponse.newBuilder().setUpdate(update).build());
    }

    private static StreamOrderBookRequest request(long resume, long epoch) {
        return StreamOrderBookRequest.newBuilder()
                .setMarket("SOL-PERP")
                .setResumeFromSequence(resume)
                .setEpoch(epoch)
                .build();
    }

    @Test
    void shouldReportTheOrderFlowOfASecondSoonAfterItsEnd() throws Exception {
        follow();
        assertEquals(request(0, 0), nextRequest());
        assertFalse(follower.hasEverFollowed());
        send(TestBook.snapshot(7, 1));
        send(TestBook.bid(7, 2, "100.5", "4", AFTER_FOUR));
        Eventually.until(() -> "a report", () -> !reports.isEmpty());
        OrderFlow flow = reports.getFirst();
        assertEquals(-1, flow.imbalance());
        assertEquals(1, flow.eventCount());
        assertEquals(2, flow.bookSequence());
        assertEquals("SOL", flow.quantityUnit());
        assertTrue(follower.hasEverFollowed());
    }

    @Test
    void shouldResumeAfterTheLastSequenceWhenTheStreamBreaks() throws Exception {
        follow();
        nextRequest();
        send(TestBook.snapshot(7, 1));
        send(TestBook.bid(7, 2, "100.5", "4", AFTER_FOUR));
        steps.add(END);
        assertEquals(request(2, 7), nextRequest());
    }

    @Test
    void shouldAskForANewBookWhenTheChecksumDiffers() throws Exception {
        follow();
        nextRequest();
        send(TestBook.snapshot(7, 1));
        send(TestBook.bid(7, 2, "100.5", "4", "102:7;"));
        assertEquals(request(0, 0), nextRequest());
    }

    @Test
    void shouldOpenTheStreamAgainWhenItFallsSilent() throws Exception {
        follow(Duration.ofMillis(300));
        StreamOrderBookRequest request = nextRequest();
        // Also a stream whose book is long in coming is silent.
        while (request.equals(request(0, 0))) {
            send(TestBook.snapshot(7, 1));
            request = nextRequest();
        }
        assertEquals(request(1, 7), request);
        assertTrue(follower.hasEverFollowed());
    }
}
