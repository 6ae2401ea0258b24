package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.view.AuctionHub;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.proto.execution.v1.AuctionUpdate;
import dev.quantdesk.proto.execution.v1.StreamAuctionsRequest;
import dev.quantdesk.proto.execution.v1.StreamAuctionsResponse;
import dev.quantdesk.proto.execution.v1.SubmitQuoteRequest;
import dev.quantdesk.proto.execution.v1.SubmitQuoteResponse;
import dev.quantdesk.proto.execution.v1.VxAuctionServiceGrpcService;
import java.time.Clock;

/** The auction service's methods: from messages to quotes and views, and back. */
public final class AuctionApi {
    private final QuoteEntry quotes;
    private final AuctionHub auctions;
    private final OrderHub hub;
    private final Markets markets;
    private final Clock clock;

    public AuctionApi(QuoteEntry quotes, AuctionHub auctions, OrderHub hub, Markets markets, Clock clock) {
        this.quotes = quotes;
        this.auctions = auctions;
        this.hub = hub;
        this.markets = markets;
        this.clock = clock;
    }

    public void bind(RpcServer rpc) {
        rpc
                .service(VxAuctionServiceGrpcService.SERVICE_NAME, VxAuctionServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxAuctionServiceGrpcService.SubmitQuote, Access.TRADER, this::submitQuote)
                .stream(VxAuctionServiceGrpcService.StreamAuctions, Access.TRADER, this::streamAuctions)
                .bind();
    }

    private SubmitQuoteResponse submitQuote(SubmitQuoteRequest request, Call call) throws Exception {
        OrderEntry.Placed placed = quotes.submit(request, call);
        return SubmitQuoteResponse.newBuilder()
                .setOrder(placed.order())
                .setRepeatedRequest(placed.repeated())
                .build();
    }

    private void streamAuctions(StreamAuctionsRequest request, Call call, StreamWriter<StreamAuctionsResponse> out)
            throws Exception {
        Market market = markets.bySymbol(request.getMarket())
                .orElseThrow(() -> Refusals.unknownMarket(request.getMarket(), markets.all()));
        // Another member of the engine may have told the caller of it before this one has seen it. Orders are told of
        // last.
        hub.awaitSequence(request.getResumeFromSequence());
        try (var news = auctions.subscribe(market.symbol(), request.getResumeFromSequence())) {
            if (news.snapshot().isPresent()) {
                out.send(message().setSnapshot(news.snapshot().get()).build());
            }
            for (AuctionUpdate missed : news.missed()) {
                out.send(message().setUpdate(missed).build());
            }
            while (true) {
                news.checkComplete();
                out.send(message().setUpdate(out.await(news.queue())).build());
            }
        }
    }

    private StreamAuctionsResponse.Builder message() {
        return StreamAuctionsResponse.newBuilder().setServerTime(Wire.time(clock.instant()));
    }
}
