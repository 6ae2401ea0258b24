package dev.quantdesk.marketdata.api;

import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.OrderBook;
import dev.quantdesk.marketdata.book.Trade;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.stream.Subscription;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsResponse;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesRequest;
import dev.quantdesk.proto.marketdata.v1.StreamTradesResponse;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcService;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code quantdesk.marketdata.v1.MarketDataService}. Thread-safe. */
public final class MarketDataApi {
    private static final int DEPTH_DEFAULT = 50;
    private static final Gauge SUBSCRIBERS = Gauge.builder()
            .name("marketdata_subscribers")
            .help("Open streams, by market and kind.")
            .labelNames("market", "stream")
            .register();

    private final Map<String, MarketChannel> markets = new TreeMap<>();
    private final PublicKey settlementProgram;
    private final Clock clock;

    public MarketDataApi(List<MarketChannel> markets, PublicKey settlementProgram, Clock clock) {
        markets.forEach(market -> this.markets.put(market.symbol(), market));
        this.settlementProgram = settlementProgram;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc
                .service(VxMarketDataServiceGrpcService.SERVICE_NAME, VxMarketDataServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxMarketDataServiceGrpcService.ListMarkets, Access.PUBLIC, this::listMarkets)
                .unary(VxMarketDataServiceGrpcService.GetOrderBook, Access.PUBLIC, this::getOrderBook)
                .stream(VxMarketDataServiceGrpcService.StreamOrderBook, Access.PUBLIC, this::streamOrderBook)
                .stream(VxMarketDataServiceGrpcService.StreamTrades, Access.PUBLIC, this::streamTrades)
                .bind();
    }

    private ListMarketsResponse listMarkets(ListMarketsRequest request, Call call) {
        ListMarketsResponse.Builder answer = ListMarketsResponse.newBuilder();
        markets.values().forEach(m -> answer.addMarkets(Messages.market(m.instrument(), settlementProgram)));
        return answer.build();
    }

    private GetOrderBookResponse getOrderBook(GetOrderBookRequest request, Call call) {
        MarketChannel market = market(request.getMarket());
        BookStep.View view = market.book().view().orElseThrow(() -> notReady(market));
        int depth = request.getDepth() == 0 ? DEPTH_DEFAULT : request.getDepth();
        return GetOrderBookResponse.newBuilder()
                .setOrderBook(Messages.book(market.instrument(), view, depth))
                .build();
    }

    private void streamOrderBook(StreamOrderBookRequest request, Call call, StreamWriter<StreamOrderBookResponse> out)
            throws InterruptedException {
        MarketChannel market = market(request.getMarket());
        Instrument instrument = market.instrument();
        GaugeDataPoint open = SUBSCRIBERS.labelValues(market.symbol(), "book");
        open.inc();
        try (Subscription<BookStep> reader = market.book()
                .subscribe(request.getResumeFromSequence(), request.getEpoch())
                .orElseThrow(() -> notReady(market))) {
            for (BookStep step : reader.backlog()) {
                out.send(message(instrument, step));
            }
            while (true) {
                out.send(message(instrument, out.await(reader.queue())));
            }
        } finally {
            open.dec();
        }
    }

    private StreamOrderBookResponse message(Instrument instrument, BookStep step) {
        StreamOrderBookResponse.Builder message =
                StreamOrderBookResponse.newBuilder().setServerTime(Messages.timestamp(clock.instant()));
        switch (step) {
            case BookStep.View view -> message.setSnapshot(Messages.book(instrument, view, OrderBook.MAX_LEVELS));
            case BookStep.Change change -> message.setUpdate(Messages.update(instrument, change));
        }
        return message.build();
    }

    private void streamTrades(StreamTradesRequest request, Call call, StreamWriter<StreamTradesResponse> out)
            throws InterruptedException {
        MarketChannel market = market(request.getMarket());
        GaugeDataPoint open = SUBSCRIBERS.labelValues(market.symbol(), "trades");
        open.inc();
        try (Subscription<List<Trade>> reader =
                market.trades().subscribe(request.getResumeFromSequence(), request.getEpoch())) {
            // Sent even when it is empty: the client learns that the stream is open, and of a gap.
            out.send(message(market.instrument(), reader.backlog().getFirst(), reader.hasGap()));
            while (true) {
                List<Trade> trades = out.await(reader.queue());
                if (reader.isOverrun()) {
                    throw ApiException.refuse(
                                    Reason.SLOW_CONSUMER,
                                    "More than " + Subscription.QUEUE_MAX + " messages waited for the client.")
                            .with("limit", Integer.toString(Subscription.QUEUE_MAX))
                            .build();
                }
                out.send(message(market.instrument(), trades, false));
            }
        } finally {
            open.dec();
        }
    }

    private StreamTradesResponse message(Instrument instrument, List<Trade> trades, boolean gap) {
        StreamTradesResponse.Builder message =
                StreamTradesResponse.newBuilder().setGap(gap).setServerTime(Messages.timestamp(clock.instant()));
        trades.forEach(trade -> message.addTrades(Messages.trade(instrument, trade)));
        return message.build();
    }

    private MarketChannel market(String symbol) {
        MarketChannel market = markets.get(symbol);
        if (market == null) {
            throw ApiException.refuse(Reason.UNKNOWN_MARKET, "There is no market " + symbol + ".")
                    .with("market", symbol)
                    .with("markets", String.join(",", markets.keySet()))
                    .build();
        }
        return market;
    }

    private static ApiException notReady(MarketChannel market) {
        return ApiException.refuse(
                        Reason.BOOK_NOT_READY, "The feed of " + market.symbol() + " has not delivered a book yet.")
                .with("market", market.symbol())
                .build();
    }
}
