package dev.quantdesk.marketdata.api;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static dev.quantdesk.marketdata.TestMarkets.bid;
import static dev.quantdesk.marketdata.TestMarkets.levels;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.Trade;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.Market;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import dev.quantdesk.proto.marketdata.v1.PriceSource;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import dev.quantdesk.proto.marketdata.v1.StreamTradesResponse;
import dev.quantdesk.proto.marketdata.v1.TradeSide;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API over the wire, as another service of the mesh calls it. */
@Timeout(30)
class MarketDataApiTest {
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final PublicKey PROGRAM = PublicKey.parse("11111111111111111111111111111112");

    private final MarketChannel eth = MarketChannel.of(TestMarkets.eth());
    private final MarketChannel sol = MarketChannel.of(TestMarkets.sol());
    private final Vertx vertx = Vertx.vertx();
    private RpcServer rpc;
    private RpcClient client;
    private String token;

    @BeforeEach
    void serve() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("intelligence-svc").generate();
        Clock clock = Clock.systemUTC();
        token = new IdentityTokens.Issuer(key.toJSONString(), clock).issue(new Identity.Service("intelligence-svc"));
        rpc = new RpcServer(
                vertx,
                Telemetry.none(),
                new IdentityTokens.Verifier(new JWKSet(key.toPublicJWK()).toString(), clock),
                16,
                16);
        new MarketDataApi(List.of(sol, eth), PROGRAM, Clock.fixed(T0, ZoneOffset.UTC)).bindTo(rpc);
        GrpcServer grpc = GrpcServer.server(vertx);
        rpc.addServicesTo(grpc);
        int port = vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .actualPort();
        client = new RpcClient(vertx, new HostAndPort("127.0.0.1", port), Telemetry.none());
        eth.book().begin(levels(40_078, 2_234, 40_066, 7), levels(40_092, 1_200, 40_095, 30), T0, T0);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        rpc.drain(Duration.ofSeconds(2));
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private OrderBook book(String market, int depth) throws InterruptedException {
        var request = GetOrderBookRequest.newBuilder()
                .setMarket(market)
                .setDepth(depth)
                .build();
        return client.call(VxMarketDataServiceGrpcClient.GetOrderBook, request, token, WAIT)
                .getOrderBook();
    }

    private RpcClient.RpcStream<StreamOrderBookResponse> books(String market, long resume, long epoch)
            throws InterruptedException {
        var request = StreamOrderBookRequest.newBuilder()
                .setMarket(market)
                .setResumeFromSequence(resume)
                .setEpoch(epoch)
                .build();
        return client.stream(VxMarketDataServiceGrpcClient.StreamOrderBook, request, token, WAIT);
    }

    private static PriceLevel level(String price, String quantity) {
        return PriceLevel.newBuilder().setPrice(price).setQuantity(quantity).build();
    }

    @Test
    void shouldListMarketsBySymbolWithTheirRules() throws Exception {
        List<Market> markets = client.call(
                        VxMarketDataServiceGrpcClient.ListMarkets, ListMarketsRequest.getDefaultInstance(), token, WAIT)
                .getMarketsList();
        assertEquals(
                List.of("ETH-PERP", "SOL-PERP"),
                markets.stream().map(Market::getSymbol).toList());
        Market market = markets.getFirst();
        assertEquals("0.05", market.getTickSize());
        assertEquals("0.001", market.getLotSize());
        assertEquals("0.001", market.getMinQuantity());
        assertEquals("10000", market.getMaxQuantity());
        assertEquals("0.05", market.getInitialMarginFraction());
        assertEquals("0.025", market.getMaintenanceMarginFraction());
        assertEquals(PriceSource.PRICE_SOURCE_RECORDING, market.getPriceSource());
        assertEquals("kraken-futures:PI_ETHUSD", market.getSourceInstrument());
        assertEquals(
                java.util.HexFormat.of().formatHex(OrderIntent.domain(PROGRAM, "ETH-PERP")),
                java.util.HexFormat.of().formatHex(market.getIntentDomain().toByteArray()));
        assertEquals(PriceSource.PRICE_SOURCE_SIMULATION, markets.getLast().getPriceSource());
        assertEquals("", markets.getLast().getSourceInstrument());
    }

    @Test
    void shouldReturnTheBookCutToTheDepthAskedFor() throws Exception {
        OrderBook whole = book("ETH-PERP", 0);
        assertEquals(List.of(level("2003.9", "2234"), level("2003.3", "7")), whole.getBidsList());
        assertEquals(List.of(level("2004.6", "1200"), level("2004.75", "30")), whole.getAsksList());
        assertEquals(1, whole.getSequence());
        assertEquals(T0.toEpochMilli(), whole.getEpoch());
        assertEquals("USD", whole.getQuantityUnit());
        OrderBook best = book("ETH-PERP", 1);
        assertEquals(List.of(level("2003.9", "2234")), best.getBidsList());
        assertEquals(whole.getChecksum(), best.getChecksum());
    }

    private static void assertRefused(
            String reason, GrpcStatus status, org.junit.jupiter.api.function.Executable call) {
        ApiException refusal = assertThrows(ApiException.class, call);
        assertEquals(reason, refusal.reason());
        assertEquals(status.code, refusal.status().getCode());
    }

    @Test
    void shouldRefuseAMarketThatDoesNotExist() {
        assertRefused("UNKNOWN_MARKET", GrpcStatus.NOT_FOUND, () -> book("DOGE-PERP", 0));
        assertRefused(
                "UNKNOWN_MARKET",
                GrpcStatus.NOT_FOUND,
                () -> books("eth-perp", 0, 0).next(WAIT));
        assertRefused(
                "UNKNOWN_MARKET",
                GrpcStatus.NOT_FOUND,
                () -> client.stream(
                                VxMarketDataServiceGrpcClient.StreamTrades,
                                StreamTradesRequest.newBuilder().setMarket("X").build(),
                                token,
                                WAIT)
                        .next(WAIT));
    }

    @Test
    void shouldRefuseABookThatHasNotArrived() {
        assertRefused("BOOK_NOT_READY", GrpcStatus.UNAVAILABLE, () -> book("SOL-PERP", 0));
        assertRefused(
                "BOOK_NOT_READY",
                GrpcStatus.UNAVAILABLE,
                () -> books("SOL-PERP", 0, 0).next(WAIT));
    }

    @Test
    void shouldRefuseFieldsThatBreakTheirRule() {
        assertRefused("REQUEST_INVALID", GrpcStatus.INVALID_ARGUMENT, () -> book("ETH-PERP", 1_001));
        assertRefused("REQUEST_INVALID", GrpcStatus.INVALID_ARGUMENT, () -> book("ETH-PERP", -1));
        assertRefused("REQUEST_INVALID", GrpcStatus.INVALID_ARGUMENT, () -> book("", 0));
    }

    @Test
    void shouldStreamASnapshotAndThenEveryChange() throws Exception {
        try (var stream = books("ETH-PERP", 0, 0)) {
            StreamOrderBookResponse first = stream.next(WAIT);
            assertEquals(book("ETH-PERP", 0), first.getSnapshot());
            assertEquals(T0.getEpochSecond(), first.getServerTime().getSeconds());
            eth.book().apply(bid(40_078, 0), T0, T0.plusMillis(3));
            var update = stream.next(WAIT).getUpdate();
            assertEquals(2, update.getSequence());
            assertEquals(List.of(level("2003.9", "0")), update.getBidsList());
            assertEquals(book("ETH-PERP", 0).getChecksum(), update.getChecksum());
            assertEquals(9_000_000, update.getReceiveTime().getNanos());
        }
    }

    @Test
    void shouldResumeABookStreamAfterTheSequenceApplied() throws Exception {
        for (int lots = 1; lots <= 3; lots++) {
            eth.book().apply(bid(40_000, lots), T0, T0);
        }
        try (var stream = books("ETH-PERP", 2, T0.toEpochMilli())) {
            assertEquals(3, stream.next(WAIT).getUpdate().getSequence());
            assertEquals(4, stream.next(WAIT).getUpdate().getSequence());
        }
        try (var stream = books("ETH-PERP", 2, 1)) {
            assertTrue(stream.next(WAIT).hasSnapshot());
        }
    }

    @Test
    void shouldStreamRecentTradesAndThenEachNewOne() throws Exception {
        eth.trades().publish(List.of(new Trade.Print(40_104, 40, BookSide.BUY, "a4cce96f", T0)), T0);
        try (var stream = client.stream(
                VxMarketDataServiceGrpcClient.StreamTrades,
                StreamTradesRequest.newBuilder().setMarket("ETH-PERP").build(),
                token,
                WAIT)) {
            StreamTradesResponse recent = stream.next(WAIT);
            assertFalse(recent.getGap());
            assertEquals(1, recent.getTradesCount());
            var trade = recent.getTrades(0);
            assertEquals("2005.2", trade.getPrice());
            assertEquals("40", trade.getQuantity());
            assertEquals(TradeSide.TRADE_SIDE_BUY, trade.getTakerSide());
            assertEquals("a4cce96f", trade.getVenueTradeId());
            eth.trades().publish(List.of(new Trade.Print(40_100, 1, BookSide.SELL, "b", T0)), T0);
            assertEquals(2, stream.next(WAIT).getTrades(0).getSequence());
        }
    }

    @Test
    void shouldSayThatTradesAreMissingWhenAResumeIsFromAnotherEpoch() throws Exception {
        try (var stream = client.stream(
                VxMarketDataServiceGrpcClient.StreamTrades,
                StreamTradesRequest.newBuilder()
                        .setMarket("ETH-PERP")
                        .setResumeFromSequence(9)
                        .setEpoch(7)
                        .build(),
                token,
                WAIT)) {
            assertTrue(stream.next(WAIT).getGap());
        }
    }
}
