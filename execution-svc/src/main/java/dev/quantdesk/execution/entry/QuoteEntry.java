package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.proto.execution.v1.AuctionPreference;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.SubmitQuoteRequest;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import java.time.Clock;

/** The way of a quote: that of an order, but to its auction instead of the book. Blocks. Thread-safe. */
public final class QuoteEntry {
    private final OrderEntry entry;
    private final Clock clock;

    public QuoteEntry(OrderEntry entry, Clock clock) {
        this.entry = entry;
        this.clock = clock;
    }

    /** @throws ApiException for every refusal; nothing is stored then */
    OrderEntry.Placed submit(SubmitQuoteRequest request, Call call) throws Exception {
        long auctionId =
                OrderReader.parseId(request.getAuctionId()).orElseThrow(() -> Refusals.auctionNotFound(request));
        OrderEntry.Wanted wanted = entry.check(order(request), call.trader(), new StageClock(clock, call.headers()));
        return entry.place(wanted, order -> new Command.SubmitQuote(order, auctionId), call);
    }

    /** The quote as the order that it is. */
    private static PlaceOrderRequest order(SubmitQuoteRequest request) {
        return PlaceOrderRequest.newBuilder()
                .setClientOrderId(request.getClientOrderId())
                .setMarket(request.getMarket())
                .setSide(request.getSide())
                .setType(OrderType.ORDER_TYPE_LIMIT)
                .setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC)
                .setPrice(request.getPrice())
                .setQuantity(request.getQuantity())
                .setReduceOnly(request.getReduceOnly())
                .setAuction(AuctionPreference.AUCTION_PREFERENCE_NONE)
                .setIntent(request.getIntent())
                .build();
    }
}
