package dev.quantdesk.intelligence.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.intelligence.Eventually;
import dev.quantdesk.intelligence.TestRedis;
import dev.quantdesk.intelligence.TestServer;
import dev.quantdesk.intelligence.insight.InsightLog;
import dev.quantdesk.intelligence.insight.InsightPublisher;
import dev.quantdesk.intelligence.insight.PressureDetector;
import dev.quantdesk.intelligence.insight.PressureInsights;
import dev.quantdesk.intelligence.orderflow.BestQuote;
import dev.quantdesk.intelligence.orderflow.OrderFlow;
import dev.quantdesk.intelligence.stream.Fanout;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.intelligence.v1.Insight;
import dev.quantdesk.proto.intelligence.v1.InsightKind;
import dev.quantdesk.proto.intelligence.v1.StreamInsightsRequest;
import dev.quantdesk.proto.intelligence.v1.StreamInsightsResponse;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowRequest;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowResponse;
import dev.quantdesk.proto.intelligence.v1.VxInsightServiceGrpcClient;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API over the wire, with insights that went through a real Redis. */
@Timeout(60)
class InsightApiTest {
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");

    private final Map<String, Fanout<OrderFlow>> flows =
            Map.of("SOL-PERP", new Fanout<>(1), "ETH-PERP", new Fanout<>(1));
    private TestRedis redis;
    private InsightLog log;
    private InsightPublisher publisher;
    private TestServer server;

    @BeforeEach
    void serve() throws Exception {
        redis = new TestRedis();
        log = new InsightLog(redis.client());
        publisher = new InsightPublisher(new EventPublisher(
                redis.client(), InsightPublisher.STREAM, InsightPublisher.STREAM_MAX, Telemetry.none()));
        publisher.start();
        server = new TestServer(rpc -> new InsightApi(flows, log, Clock.systemUTC()).bindTo(rpc));
        Eventually.until(() -> "the log is read", log::hasEverBeenRead);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        publisher.close();
        log.close();
        redis.close();
    }

    private static OrderFlow flow(String market, double score, int second) {
        var quote = new BestQuote(new BigDecimal("149.990"), 3, new BigDecimal("150.000"), 4);
        return new OrderFlow(market, 12.5, score, "SOL", 3, quote, 42, T0.plusSeconds(second));
    }

    private RpcClient.RpcStream<StreamOrderFlowResponse> orderFlow(String market) throws InterruptedException {
        return server.client().stream(
                VxInsightServiceGrpcClient.StreamOrderFlow,
                StreamOrderFlowRequest.newBuilder().setMarket(market).build(),
                server.token(),
                WAIT);
    }

    private RpcClient.RpcStream<StreamInsightsResponse> insights(String market, long resume)
            throws InterruptedException {
        return server.client().stream(
                VxInsightServiceGrpcClient.StreamInsights,
                StreamInsightsRequest.newBuilder()
                        .setMarket(market)
                        .setResumeFromSequence(resume)
                        .build(),
                server.token(),
                WAIT);
    }

    private void publishPressure(String market, double score, long sequence) throws InterruptedException {
        PressureInsights insights = new PressureInsights(new PressureDetector.Settings(3, 1.5, 5));
        publisher.offer(insights.observe(flow(market, score, 0)).orElseThrow());
        Eventually.until(() -> "insight " + sequence, () -> {
            try (var reader = log.subscribe(0)) {
                return reader.backlog().size() == sequence;
            }
        });
    }

    @Test
    void shouldStreamOrderFlowFromTheLatestInterval() throws Exception {
        flows.get("SOL-PERP").publish(flow("SOL-PERP", 0.5, 0));
        flows.get("SOL-PERP").publish(flow("SOL-PERP", 1.5, 1));
        try (var stream = orderFlow("SOL-PERP")) {
            StreamOrderFlowResponse first = stream.next(WAIT);
            assertEquals("149.99", first.getBestBid());
            assertEquals("150", first.getBestAsk());
            assertEquals(12.5, first.getOrderFlowImbalance());
            assertEquals(1.5, first.getZScore());
            assertEquals(3, first.getEventCount());
            assertEquals(42, first.getBookSequence());
            assertEquals("SOL", first.getQuantityUnit());
            assertEquals(T0.getEpochSecond() + 1, first.getStartTime().getSeconds());
            assertEquals(T0.getEpochSecond() + 2, first.getEndTime().getSeconds());
            flows.get("SOL-PERP").publish(flow("SOL-PERP", 2.5, 2));
            assertEquals(2.5, stream.next(WAIT).getZScore());
        }
    }

    @Test
    void shouldStreamInsightsOfOneMarketOrOfAll() throws Exception {
        publishPressure("SOL-PERP", 3.2, 1);
        publishPressure("ETH-PERP", -4, 2);
        try (var all = insights("", 0);
                var eth = insights("ETH-PERP", 0);
                var resumed = insights("", 1)) {
            Insight buys = all.next(WAIT).getInsight();
            assertEquals(1, buys.getSequence());
            assertEquals(InsightKind.INSIGHT_KIND_BUY_PRESSURE, buys.getKind());
            assertEquals(3.2, buys.getValue());
            assertEquals(3, buys.getThreshold());
            assertEquals(
                    "Buying pressure in SOL-PERP: order flow imbalance of 12.5 SOL within a second, "
                            + "3.2 standard deviations above its mean",
                    buys.getSummary());
            Insight sells = all.next(WAIT).getInsight();
            assertEquals(InsightKind.INSIGHT_KIND_SELL_PRESSURE, sells.getKind());
            assertEquals(-3, sells.getThreshold());
            assertEquals(T0.getEpochSecond() + 1, sells.getObserveTime().getSeconds());
            assertEquals(sells, eth.next(WAIT).getInsight());
            assertEquals(sells, resumed.next(WAIT).getInsight());
            publishPressure("SOL-PERP", 5, 3);
            assertEquals(3, all.next(WAIT).getInsight().getSequence());
        }
    }

    @Test
    void shouldRefuseAMarketThatDoesNotExist() {
        assertEquals(
                "UNKNOWN_MARKET",
                assertThrows(ApiException.class, () -> orderFlow("X").next(WAIT))
                        .reason());
        assertEquals(
                "UNKNOWN_MARKET",
                assertThrows(ApiException.class, () -> insights("X", 0).next(WAIT))
                        .reason());
    }

    @Test
    void shouldRefuseAResumeThatIsNotKept() {
        assertEquals(
                "RESUME_EXPIRED",
                assertThrows(ApiException.class, () -> insights("", 9).next(WAIT))
                        .reason());
        assertEquals(
                "REQUEST_INVALID",
                assertThrows(ApiException.class, () -> insights("", -1).next(WAIT))
                        .reason());
    }
}
