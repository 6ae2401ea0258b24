package dev.quantdesk.intelligence.api;

import com.google.protobuf.Timestamp;
import dev.quantdesk.intelligence.insight.InsightLog;
import dev.quantdesk.intelligence.orderflow.OrderFlow;
import dev.quantdesk.intelligence.stream.Fanout;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.proto.intelligence.v1.Insight;
import dev.quantdesk.proto.intelligence.v1.StreamInsightsRequest;
import dev.quantdesk.proto.intelligence.v1.StreamInsightsResponse;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowRequest;
import dev.quantdesk.proto.intelligence.v1.StreamOrderFlowResponse;
import dev.quantdesk.proto.intelligence.v1.VxInsightServiceGrpcService;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** {@code quantdesk.intelligence.v1.InsightService}. Thread-safe. */
public final class InsightApi {
    private static final Gauge SUBSCRIBERS = Gauge.builder()
            .name("intelligence_subscribers")
            .help("Open streams, by kind.")
            .labelNames("stream")
            .register();

    private final Map<String, Fanout<OrderFlow>> flows;
    private final InsightLog insights;
    private final Clock clock;

    /** @param flows order flow by market; all markets there are */
    public InsightApi(Map<String, Fanout<OrderFlow>> flows, InsightLog insights, Clock clock) {
        this.flows = new TreeMap<>(flows);
        this.insights = insights;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(VxInsightServiceGrpcService.SERVICE_NAME, VxInsightServiceGrpcService.SERVICE_DESCRIPTOR).stream(
                        VxInsightServiceGrpcService.StreamOrderFlow, Access.PUBLIC, this::streamOrderFlow)
                .stream(VxInsightServiceGrpcService.StreamInsights, Access.PUBLIC, this::streamInsights)
                .bind();
    }

    private void streamOrderFlow(StreamOrderFlowRequest request, Call call, StreamWriter<StreamOrderFlowResponse> out)
            throws InterruptedException {
        checkMarket(request.getMarket());
        GaugeDataPoint open = SUBSCRIBERS.labelValues("order_flow");
        open.inc();
        try (var reader = flows.get(request.getMarket()).subscribe(kept -> kept)) {
            for (OrderFlow flow : reader.backlog()) {
                out.send(message(flow));
            }
            while (true) {
                out.send(message(next(reader, out)));
            }
        } finally {
            open.dec();
        }
    }

    private void streamInsights(StreamInsightsRequest request, Call call, StreamWriter<StreamInsightsResponse> out)
            throws InterruptedException {
        String market = request.getMarket();
        if (!market.isEmpty()) {
            checkMarket(market);
        }
        GaugeDataPoint open = SUBSCRIBERS.labelValues("insights");
        open.inc();
        try (var reader = insights.subscribe(request.getResumeFromSequence())) {
            for (Insight insight : reader.backlog()) {
                sendIfWanted(insight, market, out);
            }
            while (true) {
                sendIfWanted(next(reader, out), market, out);
            }
        } finally {
            open.dec();
        }
    }

    private void sendIfWanted(Insight insight, String market, StreamWriter<StreamInsightsResponse> out)
            throws InterruptedException {
        if (market.isEmpty() || market.equals(insight.getMarket())) {
            out.send(StreamInsightsResponse.newBuilder()
                    .setInsight(insight)
                    .setServerTime(timestamp(clock.instant()))
                    .build());
        }
    }

    private static <T> T next(Fanout<T>.Subscription reader, StreamWriter<?> out) throws InterruptedException {
        T item = out.await(reader.queue());
        if (reader.isOverrun()) {
            throw ApiException.refuse(
                            Reason.SLOW_CONSUMER, "More than " + Fanout.QUEUE_MAX + " messages waited for the client.")
                    .with("limit", Integer.toString(Fanout.QUEUE_MAX))
                    .build();
        }
        return item;
    }

    private void checkMarket(String market) {
        if (!flows.containsKey(market)) {
            throw ApiException.refuse(Reason.UNKNOWN_MARKET, "There is no market " + market + ".")
                    .with("market", market)
                    .with("markets", String.join(",", flows.keySet()))
                    .build();
        }
    }

    private StreamOrderFlowResponse message(OrderFlow flow) {
        return StreamOrderFlowResponse.newBuilder()
                .setMarket(flow.market())
                .setOrderFlowImbalance(flow.imbalance())
                .setZScore(flow.score())
                .setQuantityUnit(flow.quantityUnit())
                .setEventCount(flow.eventCount())
                .setBestBid(Decimals.plain(flow.last().bidPrice()))
                .setBestAsk(Decimals.plain(flow.last().askPrice()))
                .setBookSequence(flow.bookSequence())
                .setStartTime(timestamp(flow.startTime()))
                .setEndTime(timestamp(flow.endTime()))
                .setServerTime(timestamp(clock.instant()))
                .build();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
