package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.Persistent;
import dev.quantdesk.mesh.testing.Refused;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.execution.v1.Auction;
import dev.quantdesk.proto.execution.v1.AuctionOutcome;
import dev.quantdesk.proto.execution.v1.AuctionPreference;
import dev.quantdesk.proto.execution.v1.AuctionServiceGrpc;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderResponse;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.StreamAuctionsRequest;
import dev.quantdesk.proto.execution.v1.StreamAuctionsResponse;
import dev.quantdesk.proto.execution.v1.SubmitQuoteRequest;
import dev.quantdesk.proto.execution.v1.SubmitQuoteResponse;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import io.grpc.Status.Code;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Makers compete for an order before it takes from the book, through the whole mesh. The book: 0.04 bid, 0.06 asked. */
@Timeout(180)
class AuctionIT {
    private static final String MARKET = "ADA-PERP";
    private static final int LONGEST_MILLIS = 5_000;

    private TraderClient book;
    private TraderClient taker;
    private TraderClient quick;
    private TraderClient better;

    @BeforeEach
    void signIn() throws Exception {
        TestMesh.awaitHealthy();
        book = TestMesh.fundedTrader();
        taker = TestMesh.fundedTrader();
        quick = TestMesh.fundedTrader();
        better = TestMesh.fundedTrader();
        rest(Side.SIDE_BUY, "0.04");
        rest(Side.SIDE_SELL, "0.06");
    }

    @AfterEach
    void close() {
        TestMesh.leave(book);
        TestMesh.leave(taker);
        TestMesh.leave(quick);
        TestMesh.leave(better);
    }

    private void rest(Side side, String price) throws Exception {
        PlaceOrderRequest order = book.limitOrder(
                        MARKET, side, price, "1000", TimeInForce.TIME_IN_FORCE_GTC, book.wallet())
                .build();
        Persistent.untilAnswered(() -> book.orders().placeOrder(order));
    }

    private PlaceOrderRequest large(int auctionMillis) {
        return taker.marketOrder(MARKET, Side.SIDE_BUY, "0.07", "100", taker.wallet())
                .setAuction(AuctionPreference.AUCTION_PREFERENCE_OPEN)
                .setAuctionDuration(Durations.fromMillis(auctionMillis))
                .build();
    }

    private static AuctionServiceGrpc.AuctionServiceBlockingStub auctions(TraderClient trader) {
        return AuctionServiceGrpc.newBlockingStub(trader.channel());
    }

    private static Iterator<StreamAuctionsResponse> stream(TraderClient maker, long resumeFrom) {
        return auctions(maker)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .streamAuctions(StreamAuctionsRequest.newBuilder()
                        .setMarket(MARKET)
                        .setResumeFromSequence(resumeFrom)
                        .build());
    }

    private static SubmitQuoteRequest quote(TraderClient maker, Auction auction, String price) {
        return SubmitQuoteRequest.newBuilder()
                .setAuctionId(auction.getAuctionId())
                .setClientOrderId(TraderClient.newId())
                .setMarket(MARKET)
                .setSide(Side.SIDE_SELL)
                .setPrice(price)
                .setQuantity("100")
                .setIntent(maker.intent(MARKET, Side.SIDE_SELL, price, "100", Duration.ofMinutes(5), maker.wallet()))
                .build();
    }

    private static SubmitQuoteResponse submit(TraderClient maker, SubmitQuoteRequest quote) {
        return auctions(maker).withDeadlineAfter(10, TimeUnit.SECONDS).submitQuote(quote);
    }

    private static Order submitInJson(TraderClient maker, SubmitQuoteRequest quote) throws Exception {
        String body =
                JsonFormat.printer().print(quote.toBuilder().clearAuctionId().build());
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://localhost:" + TestMesh.get().options().ports().gateway() + "/v1/auctions/"
                                + quote.getAuctionId() + "/quotes"))
                .timeout(Duration.ofSeconds(10))
                .header("authorization", "Bearer " + maker.token())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.headers().firstValue("x-ratelimit-limit").isPresent(), "it counts");
            SubmitQuoteResponse.Builder response = SubmitQuoteResponse.newBuilder();
            JsonFormat.parser().merge(answer.body(), response);
            return response.getOrder();
        }
    }

    private static Order get(TraderClient trader, Order order) {
        return trader.orders()
                .getOrder(GetOrderRequest.newBuilder()
                        .setOrderId(order.getOrderId())
                        .build())
                .getOrder();
    }

    private static Order await(TraderClient trader, Order order, OrderStatus... wanted) throws Exception {
        return Await.until(
                "the order to be " + wanted[0],
                Duration.ofSeconds(60),
                () -> Persistent.untilAnswered(() -> get(trader, order)),
                now -> List.of(wanted).contains(now.getStatus()));
    }

    private static void awaitNoMargin(TraderClient trader) throws Exception {
        Await.until(
                "no margin to be held",
                Duration.ofSeconds(10),
                () -> trader.risk()
                        .listPositions(ListPositionsRequest.getDefaultInstance())
                        .getMargin()
                        .getInitialMargin(),
                "0"::equals);
    }

    @Test
    void shouldFillTheBetterOfTwoQuotesAndSettleIt() throws Exception {
        Iterator<StreamAuctionsResponse> news = stream(quick, 0);
        long before = news.next().getSnapshot().getSequence();
        Order placed = taker.orders().placeOrder(large(LONGEST_MILLIS)).getOrder();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, placed.getStatus());
        assertEquals("0.06", placed.getArrivalPrice());

        StreamAuctionsResponse opened = news.next();
        Auction auction = opened.getUpdate().getAuction();
        assertEquals(placed.getAuctionId(), auction.getAuctionId());
        assertEquals(Side.SIDE_BUY, auction.getSide());
        assertEquals("100", auction.getQuantity());
        assertEquals("0.05", auction.getStartPrice());
        assertEquals("0.06", auction.getEndPrice());
        assertEquals("0.0599", auction.getWorstQuotePrice());
        assertEquals(
                LONGEST_MILLIS, Timestamps.toMillis(auction.getEndTime()) - Timestamps.toMillis(auction.getOpenTime()));
        assertFalse(opened.toString().contains(taker.account()), "whose order it is is not told");

        Refusal worse = Refused.with(
                Code.FAILED_PRECONDITION, "QUOTE_NOT_IMPROVING", () -> submit(quick, quote(quick, auction, "0.06")));
        assertEquals("0.0599", worse.metadata().get("suggested_price"));
        Order losing = submitInJson(quick, quote(quick, auction, "0.0595"));
        // Met after nine tenths of the auction: what comes before has the time, and what comes after some.
        SubmitQuoteRequest winner = quote(better, auction, "0.059");
        Order winning = submit(better, winner).getOrder();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, winning.getStatus());

        Auction ended = news.next().getUpdate().getAuction();
        assertEquals("100", ended.getQuotedQuantity());
        assertEquals("0.059", ended.getQuotedAveragePrice());
        long ranMillis = Timestamps.toMillis(ended.getEndTime()) - Timestamps.toMillis(auction.getOpenTime());
        assertTrue(ranMillis >= LONGEST_MILLIS * 9 / 10, "it ran for " + ranMillis + " ms");
        assertEquals(
                ranMillis < LONGEST_MILLIS
                        ? AuctionOutcome.AUCTION_OUTCOME_FILLED
                        : AuctionOutcome.AUCTION_OUTCOME_TIME_UP,
                ended.getOutcome());

        Order settled = await(taker, placed, OrderStatus.ORDER_STATUS_SETTLED);
        assertEquals("0.059", settled.getAveragePrice());
        assertEquals("0.1", settled.getPriceImprovement());
        assertEquals(1, settled.getFillsCount());
        assertEquals(
                FillSettlement.FILL_SETTLEMENT_CONFIRMED, settled.getFills(0).getSettlement());
        assertFalse(settled.getFills(0).getSettlementSignature().isEmpty());
        assertEquals(
                OrderStatus.ORDER_STATUS_SETTLED,
                await(better, winning, OrderStatus.ORDER_STATUS_SETTLED).getStatus());
        assertEquals(
                CancelReason.CANCEL_REASON_AUCTION_ENDED, get(quick, losing).getCancelReason());
        awaitNoMargin(quick);

        assertTrue(submit(better, winner).getRepeatedRequest());
        Refused.with(Code.FAILED_PRECONDITION, "AUCTION_ENDED", () -> submit(quick, quote(quick, auction, "0.059")));
        Iterator<StreamAuctionsResponse> resumed = stream(better, before);
        assertEquals(auction, resumed.next().getUpdate().getAuction());
        assertEquals(ended, resumed.next().getUpdate().getAuction());
    }

    @Test
    void shouldGoToTheBookWithoutQuotes() throws Exception {
        Order placed = taker.orders().placeOrder(large(100)).getOrder();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, placed.getStatus());
        Order filled = await(taker, placed, OrderStatus.ORDER_STATUS_FILLED, OrderStatus.ORDER_STATUS_SETTLED);
        assertEquals("0.06", filled.getAveragePrice());
        assertEquals("0", filled.getPriceImprovement());
        Order walks = taker.orders()
                .placeOrder(taker.marketOrder(MARKET, Side.SIDE_BUY, "0.07", "10", taker.wallet())
                        .build())
                .getOrder();
        assertEquals("0.06", walks.getArrivalPrice(), "without an auction too");
    }

    @Test
    void shouldEndTheAuctionThatRanWhenTheServiceWasKilled() throws Exception {
        PlaceOrderRequest request = large(LONGEST_MILLIS);
        Iterator<StreamAuctionsResponse> news = stream(quick, 0);
        news.next();
        Order placed = taker.orders().placeOrder(request).getOrder();
        Auction auction = news.next().getUpdate().getAuction();
        Order quoted = submit(quick, quote(quick, auction, "0.0599")).getOrder();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, quoted.getStatus());

        ProcessHandle.of(TestMesh.get().part("execution-svc").pid())
                .orElseThrow()
                .destroyForcibly();
        TestMesh.get().awaitHealthy(Duration.ofSeconds(60));

        Order settled = await(taker, placed, OrderStatus.ORDER_STATUS_SETTLED);
        Order quote = get(quick, quoted);
        boolean late = quote.getStatus() == OrderStatus.ORDER_STATUS_CANCELLED;
        assertEquals(late ? "0.06" : "0.0599", settled.getAveragePrice(), quote.toString());
        assertEquals(late ? "0" : "0.01", settled.getPriceImprovement());
        PlaceOrderResponse repeated =
                Persistent.untilAnswered(() -> taker.orders().placeOrder(request));
        assertTrue(repeated.getRepeatedRequest());
        assertEquals(placed.getOrderId(), repeated.getOrder().getOrderId());
        assertEquals(1, settled.getFillsCount());
        if (late) {
            assertEquals(CancelReason.CANCEL_REASON_AUCTION_ENDED, quote.getCancelReason());
            awaitNoMargin(quick);
        }
    }
}
