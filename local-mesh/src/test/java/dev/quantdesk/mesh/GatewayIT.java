package dev.quantdesk.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.testing.Await;
import dev.quantdesk.mesh.testing.TestMesh;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowRequest;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowResponse;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsResponse;
import dev.quantdesk.proto.marketdata.v1.Market;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import dev.quantdesk.proto.marketdata.v1.PriceSource;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the gateway serves: reflection, JSON, market data and order flow, each from the service behind it. */
@Timeout(120)
class GatewayIT {
    @BeforeAll
    static void startMesh() {
        TestMesh.get();
    }

    @Test
    void shouldListEveryServiceWhenAskedByReflection() throws Exception {
        try (TraderClient client = TestMesh.trader()) {
            CompletableFuture<List<String>> services = new CompletableFuture<>();
            StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(client.channel())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .serverReflectionInfo(new StreamObserver<>() {
                        @Override
                        public void onNext(ServerReflectionResponse answer) {
                            services.complete(answer.getListServicesResponse().getServiceList().stream()
                                    .map(ServiceResponse::getName)
                                    .toList());
                        }

                        @Override
                        public void onError(Throwable failure) {
                            services.completeExceptionally(failure);
                        }

                        @Override
                        public void onCompleted() {
                            services.completeExceptionally(new AssertionError("no answer"));
                        }
                    });
            requests.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            List<String> names = services.get(10, TimeUnit.SECONDS);
            requests.onCompleted();
            assertTrue(
                    names.containsAll(List.of(
                            "quantdesk.auth.v1.SessionService",
                            "quantdesk.auth.v1.AccountService",
                            "quantdesk.marketdata.v1.MarketDataService",
                            "quantdesk.execution.v1.OrderService",
                            "quantdesk.execution.v1.AuctionService",
                            "quantdesk.execution.v1.AlgoOrderService",
                            "quantdesk.risk.v1.RiskService",
                            "quantdesk.risk.v1.CollateralService",
                            "quantdesk.intelligence.v1.InsightService")),
                    names.toString());
        }
    }

    @Test
    void shouldAnswerInJsonWhenAskedInJson() throws Exception {
        JsonObject markets = get("/v1/markets");
        assertEquals(4, markets.getJsonArray("markets").size(), markets.encode());
        JsonObject book = get("/v1/markets/SOL-PERP/order_book?depth=3").getJsonObject("orderBook");
        assertEquals(3, book.getJsonArray("bids").size(), book.encode());
        assertTrue(get("/health").containsKey("status"));
        assertEquals(4, get("/api/market_data").getJsonArray("markets").size());
    }

    @Test
    void shouldNameTheReasonInJsonWhenTheGatewayItselfRefuses() throws Exception {
        assertReason("METHOD_NOT_FOUND", 404, json("/v1/nothing", _ -> {}));
        assertReason("METHOD_NOT_FOUND", 404, json("/v1/markets", HttpRequest.Builder::DELETE));
        assertReason(
                "SESSION_INVALID",
                401,
                json("/v1/markets", request -> request.header("authorization", "Bearer not-a-session")));
        assertReason(
                "REQUEST_MALFORMED",
                400,
                json(
                        "/v1/orders",
                        request -> request.header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"market\":"))));
        HttpResponse<String> large = json(
                "/v1/orders",
                request -> request.header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"market\":\"" + "x".repeat(70_000) + "\"}")));
        // By how the body arrives, it is the gateway that finds it too large, or the service.
        assertReason("MESSAGE_TOO_LARGE", large.statusCode() == 413 ? 413 : 429, large);
        HttpResponse<String> escaped = json("/v1/orders/1%2f..", _ -> {});
        assertReason("REQUEST_MALFORMED", 400, escaped);
        assertTrue(new JsonObject(escaped.body()).getString("message").contains("path"), escaped.body());
    }

    private static void assertReason(String reason, int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        JsonObject info = new JsonObject(answer.body()).getJsonArray("details").getJsonObject(0);
        assertEquals(reason, info.getString("reason"), answer.body());
        assertEquals("quantdesk", info.getString("domain"), answer.body());
    }

    @Test
    void shouldNameTheReasonWhenAServiceHasNoSuchMethod() {
        MethodDescriptor<ListMarketsRequest, ListMarketsResponse> unknown =
                MarketDataServiceGrpc.getListMarketsMethod().toBuilder()
                        .setFullMethodName("quantdesk.marketdata.v1.MarketDataService/ForgetMarkets")
                        .build();
        try (TraderClient client = TestMesh.trader()) {
            StatusRuntimeException refused = assertThrows(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(
                            client.channel(),
                            unknown,
                            CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                            ListMarketsRequest.getDefaultInstance()));
            assertEquals(Status.Code.UNIMPLEMENTED, refused.getStatus().getCode());
            assertEquals("METHOD_NOT_FOUND", Refusal.of(refused).reason());
        }
    }

    private static JsonObject get(String path) throws Exception {
        HttpResponse<String> answer = json(path, _ -> {});
        assertEquals(200, answer.statusCode(), path + ": " + answer.body());
        return new JsonObject(answer.body());
    }

    private static HttpResponse<String> json(String path, Consumer<HttpRequest.Builder> more) throws Exception {
        String address = "http://localhost:" + TestMesh.get().options().ports().gateway();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(10));
        more.accept(request);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return Await.until(
                    "an answer to " + path,
                    Duration.ofSeconds(20),
                    () -> http.send(request.build(), HttpResponse.BodyHandlers.ofString()),
                    answer -> answer.statusCode() != 503);
        }
    }

    @Test
    void shouldSayWhereItsPricesComeFromWhenMarketsAreListed() {
        try (TraderClient client = TestMesh.trader()) {
            Map<String, Market> markets =
                    client.marketData().listMarkets(ListMarketsRequest.getDefaultInstance()).getMarketsList().stream()
                            .collect(Collectors.toMap(Market::getSymbol, market -> market));
            assertEquals(
                    PriceSource.PRICE_SOURCE_RECORDING, markets.get("ETH-PERP").getPriceSource());
            for (String simulated : List.of("BTC-PERP", "SOL-PERP", "ADA-PERP")) {
                assertEquals(
                        PriceSource.PRICE_SOURCE_SIMULATION,
                        markets.get(simulated).getPriceSource());
            }
        }
    }

    @Test
    void shouldKeepTheChecksumWhenTheBookIsFollowedByItsUpdates() {
        for (String symbol : List.of("ETH-PERP", "SOL-PERP")) {
            try (TraderClient client = TestMesh.trader()) {
                Iterator<StreamOrderBookResponse> steps = client.marketDataStreams()
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .streamOrderBook(StreamOrderBookRequest.newBuilder()
                                .setMarket(symbol)
                                .build());
                OrderBook snapshot = steps.next().getSnapshot();
                TreeMap<BigDecimal, PriceLevel> bids = new TreeMap<>();
                TreeMap<BigDecimal, PriceLevel> asks = new TreeMap<>();
                put(bids, snapshot.getBidsList());
                put(asks, snapshot.getAsksList());
                assertEquals(snapshot.getChecksum(), checksum(bids, asks), symbol);
                long sequence = snapshot.getSequence();
                for (int i = 0; i < 15; i++) {
                    var update = steps.next().getUpdate();
                    assertEquals(++sequence, update.getSequence());
                    put(bids, update.getBidsList());
                    put(asks, update.getAsksList());
                    assertEquals(update.getChecksum(), checksum(bids, asks), symbol + " at " + sequence);
                }
            }
        }
    }

    private static void put(TreeMap<BigDecimal, PriceLevel> side, List<PriceLevel> levels) {
        for (PriceLevel level : levels) {
            if (new BigDecimal(level.getQuantity()).signum() == 0) {
                side.remove(new BigDecimal(level.getPrice()));
            } else {
                side.put(new BigDecimal(level.getPrice()), level);
            }
        }
    }

    private static int checksum(TreeMap<BigDecimal, PriceLevel> bids, TreeMap<BigDecimal, PriceLevel> asks) {
        StringBuilder text = new StringBuilder();
        asks.values().stream().limit(25).forEach(level -> append(text, level));
        bids.descendingMap().values().stream().limit(25).forEach(level -> append(text, level));
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    private static void append(StringBuilder text, PriceLevel level) {
        text.append(level.getPrice()).append(':').append(level.getQuantity()).append(';');
    }

    @Test
    void shouldMissNothingWhenABookStreamResumes() {
        try (TraderClient client = TestMesh.trader()) {
            OrderBook book = client.marketData()
                    .getOrderBook(GetOrderBookRequest.newBuilder()
                            .setMarket("SOL-PERP")
                            .setDepth(1)
                            .build())
                    .getOrderBook();
            StreamOrderBookRequest resume = StreamOrderBookRequest.newBuilder()
                    .setMarket("SOL-PERP")
                    .setResumeFromSequence(book.getSequence())
                    .setEpoch(book.getEpoch())
                    .build();
            StreamOrderBookResponse first = client.marketDataStreams()
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .streamOrderBook(resume)
                    .next();
            assertTrue(first.hasUpdate(), first.toString());
            assertEquals(book.getSequence() + 1, first.getUpdate().getSequence());
        }
    }

    @Test
    void shouldStreamTradesAndOrderFlowWhenTheMarketMoves() throws Exception {
        try (TraderClient client = TestMesh.trader()) {
            var trades = client.marketDataStreams()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .streamTrades(StreamTradesRequest.newBuilder()
                            .setMarket("SOL-PERP")
                            .build());
            assertFalse(trades.next().getTradesList().isEmpty());
            Iterator<StreamOrderFlowResponse> flow = client.insightStreams()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .streamOrderFlow(StreamOrderFlowRequest.newBuilder()
                            .setMarket("ETH-PERP")
                            .build());
            Optional<StreamOrderFlowResponse> nonZero = Await.until(
                    "an interval with an imbalance",
                    Duration.ofSeconds(25),
                    () -> Optional.of(flow.next()),
                    found -> found.get().getOrderFlowImbalance() != 0);
            assertTrue(nonZero.get().getEventCount() > 0);
        }
    }
}
