package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.SubmitQuoteRequest;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Puts the engine's refusals into words, with the figures and the smallest change that would pass. Pure. */
final class Refusals {
    private Refusals() {}

    static ApiException of(Reply.Refused refused, OrderTicket ticket) {
        Market market = ticket.market();
        long value = refused.value();
        long bound = refused.bound();
        return switch (refused.reason()) {
            case UNKNOWN_MARKET -> unknownMarket(market.symbol(), List.of());
            case BAD_QUANTITY ->
                say(Reason.QUANTITY_OUT_OF_RANGE, "The quantity is outside the market's range.")
                        .with("limit", "quantity")
                        .with("value", market.quantity(value))
                        .with("bound", market.quantity(bound))
                        .with("suggested_quantity", market.quantity(bound))
                        .build();
            case BAD_PRICE ->
                say(Reason.PRICE_OUT_OF_RANGE, "The price is outside the market's range.")
                        .with("limit", "price")
                        .with("value", market.price(value))
                        .with("bound", market.price(bound))
                        .with("suggested_price", market.price(bound))
                        .build();
            case UNSUPPORTED_COMBINATION ->
                say(
                                Reason.UNSUPPORTED_COMBINATION,
                                "Post-only goes with a GTC or GTT limit order; a market order is IOC or FOK.")
                        .build();
            case INTENT_EXPIRED ->
                say(Reason.INTENT_EXPIRED, "The intent has expired; sign a new one.")
                        .with("now_seconds", Long.toString(value))
                        .with("expiry_seconds", Long.toString(bound))
                        .build();
            case INTENT_LIFE_TOO_LONG ->
                say(Reason.INTENT_EXPIRY_TOO_FAR, "The intent expires too far ahead.")
                        .with("expiry_seconds", Long.toString(value))
                        .with("latest_expiry_seconds", Long.toString(bound))
                        .build();
            case NONCE_REPLAYED ->
                say(Reason.NONCE_REPLAYED, "The signer has used nonce " + value + "; sign with a new one.")
                        .with("nonce", Long.toString(value))
                        .build();
            case CLIENT_ORDER_ID_REUSED, DUPLICATE ->
                say(
                                Reason.CLIENT_ORDER_ID_REUSED,
                                "The client order id names order " + value + ", which has other content.")
                        .with("order_id", Long.toString(value))
                        .build();
            case POST_ONLY_WOULD_CROSS -> postOnly(market, value, bound, ticket.side() == Side.SELL);
            case FOK_NOT_FILLABLE ->
                suggestLots(
                                say(
                                                Reason.FOK_NOT_FILLABLE,
                                                "Only " + market.quantity(bound) + " of " + market.quantity(value)
                                                        + " can be filled within the price.")
                                        .with("limit", "fillable_quantity")
                                        .with("value", market.quantity(value))
                                        .with("bound", market.quantity(bound)),
                                market,
                                bound)
                        .build();
            case REDUCE_ONLY_WOULD_INCREASE ->
                say(
                                Reason.REDUCE_ONLY_WOULD_INCREASE,
                                "The position is " + market.quantity(bound) + "; this order can't reduce it.")
                        .with("limit", "position")
                        .with("value", market.quantity(value))
                        .with("bound", market.quantity(bound))
                        .build();
            case TOO_MANY_OPEN_ORDERS -> bounded(Reason.TOO_MANY_OPEN_ORDERS, "open_orders", value, bound);
            case TOO_MANY_LIVE_INTENTS -> bounded(Reason.TOO_MANY_LIVE_INTENTS, "live_intents", value, bound);
            case TOO_MANY_ACCOUNTS -> bounded(Reason.TOO_MANY_ACCOUNTS, "accounts", value, bound);
            case TOO_MANY_UNSETTLED_TRADES ->
                bounded(Reason.TOO_MANY_UNSETTLED_TRADES, "unsettled_trades", value, bound);
            case BOOK_FULL -> bounded(Reason.BOOK_FULL, "resting_orders", value, bound);
            case POSITION_TOO_LARGE ->
                suggestLots(
                                say(Reason.POSITION_TOO_LARGE, Reason.POSITION_TOO_LARGE.meaning())
                                        .with("limit", "position")
                                        .with("value", market.quantity(value))
                                        .with("bound", market.quantity(bound)),
                                market,
                                ticket.lots() - (value - bound))
                        .build();
            case ORDER_NOT_FOUND, ORDER_FILLED -> orderNotFound();
            case BAD_EXPIRE_TIME ->
                say(
                                Reason.EXPIRE_TIME_INVALID,
                                value <= bound
                                        ? "The expire time " + Instant.ofEpochMilli(value) + " is past."
                                        : "The expire time " + Instant.ofEpochMilli(value)
                                                + " is after the intent's expiry.")
                        .field("expire_time", "in the future, and no later than the intent's expiry")
                        .with("limit", "expire_time")
                        .with("value", Instant.ofEpochMilli(value).toString())
                        .with("bound", Instant.ofEpochMilli(bound).toString())
                        .build();
            case BAD_EXIT_TIME ->
                say(
                                Reason.EXPIRE_TIME_INVALID,
                                value <= bound
                                        ? "The exit time " + Instant.ofEpochMilli(value) + " is past."
                                        : "The exit time " + Instant.ofEpochMilli(value)
                                                + " is not before its intent's expiry.")
                        .field("exit_time", "in the future, and before its intent's expiry")
                        .with("limit", "exit_time")
                        .with("value", Instant.ofEpochMilli(value).toString())
                        .with("bound", Instant.ofEpochMilli(bound).toString())
                        .build();
            case AUCTION_NOT_FOUND -> auction(Reason.AUCTION_NOT_FOUND, value);
            case AUCTION_ENDED -> auction(Reason.AUCTION_ENDED, value);
            case QUOTE_NOT_FOR_AUCTION -> auction(Reason.QUOTE_NOT_FOR_AUCTION, value);
            case QUOTE_NOT_IMPROVING ->
                say(
                                Reason.QUOTE_NOT_IMPROVING,
                                "The quote does not improve on the book; the worst price that does is "
                                        + market.price(bound) + ".")
                        .with("limit", "worst_quote_price")
                        .with("value", market.price(value))
                        .with("bound", market.price(bound))
                        .with("suggested_price", market.price(bound))
                        .build();
            case TOO_MANY_QUOTES -> bounded(Reason.TOO_MANY_QUOTES, "quotes", value, bound);
            case SESSION_ENDED ->
                say(Reason.TRADING_SESSION_ENDED, Reason.TRADING_SESSION_ENDED.meaning())
                        .build();
            case TOO_MANY_SESSIONS -> bounded(Reason.TOO_MANY_STREAMS, "sessions", value, bound);
            case ALGO_CHILD_TOO_SMALL ->
                AlgoTicket.childTooSmall("quantity", value, bound, market).build();
            case ALGO_OUTLIVES_INTENT ->
                AlgoTicket.invalid(
                                "intent.intent",
                                "The order would work until " + Instant.ofEpochMilli(value)
                                        + ", after its intent's expiry.")
                        .with("limit", "intent_expiry")
                        .with("value", Instant.ofEpochMilli(value).toString())
                        .with("bound", Instant.ofEpochMilli(bound).toString())
                        .build();
            case TOO_MANY_ALGOS -> bounded(Reason.TOO_MANY_ALGO_ORDERS, "algo_orders", value, bound);
            case EXIT_ENDS_BEFORE_ENTRY ->
                BracketRequest.invalid("intent", "An exit's intent lives as long as its entry's, or longer.")
                        .with("limit", "intent_expiry")
                        .with("value", Instant.ofEpochMilli(value).toString())
                        .with("bound", Instant.ofEpochMilli(bound).toString())
                        .build();
            case EXIT_NOT_BEYOND_ENTRY -> exitNotBeyondEntry(ticket, value, bound);
            case BAD_TRIGGER ->
                trigger(market, ticket, Reason.TRIGGER_INVALID, badTrigger(market, ticket, value, bound), value, bound);
            case TRIGGER_REACHED ->
                trigger(
                        market,
                        ticket,
                        Reason.TRIGGER_REACHED,
                        "The price is at " + market.price(bound) + " already: the order would fire at once.",
                        value,
                        bound);
            case REFERENCE_PRICE_UNKNOWN ->
                say(Reason.REFERENCE_PRICE_UNKNOWN, Reason.REFERENCE_PRICE_UNKNOWN.meaning())
                        .with("price_source", source(ticket).name())
                        .build();
            case AMEND_BELOW_FILLED ->
                say(Reason.AMEND_BELOW_FILLED, Reason.AMEND_BELOW_FILLED.meaning())
                        .with("limit", "filled_quantity")
                        .with("value", market.quantity(value))
                        .with("bound", market.quantity(bound))
                        .build();
            case NOT_AMENDABLE ->
                say(Reason.ORDER_NOT_AMENDABLE, Reason.ORDER_NOT_AMENDABLE.meaning())
                        .with("order_id", Long.toString(value))
                        .build();
            case AMEND_PRICE_BEYOND_INTENT -> beyondIntent("price", market.price(value), market.price(bound));
            case AMEND_QUANTITY_BEYOND_INTENT ->
                beyondIntent("quantity", market.quantity(value), market.quantity(bound));
            case OWNER_MISMATCH ->
                say(Reason.ACCOUNT_MISMATCH, "The account belongs to another owner.")
                        .build();
            case BAD_TRADE_ID, TRADE_ALREADY_CONFIRMED, TRADE_ALREADY_SUBMITTED, MALFORMED_COMMAND ->
                throw new IllegalStateException("the engine answered an order with " + refused);
        };
    }

    /** An auction of which the number alone says that there has been none. */
    static ApiException auctionNotFound(SubmitQuoteRequest request) {
        return say(Reason.AUCTION_NOT_FOUND, Reason.AUCTION_NOT_FOUND.meaning())
                .with("auction_id", request.getAuctionId())
                .build();
    }

    private static ApiException auction(Reason reason, long auctionId) {
        return say(reason, reason.meaning())
                .with("auction_id", Long.toString(auctionId))
                .build();
    }

    private static PriceSource source(OrderTicket ticket) {
        return ticket.peg().follows() ? ticket.peg().source() : ticket.trigger().source();
    }

    /** An order of which nothing may change any more. */
    static ApiException notAmendable(Order closed) {
        return say(Reason.ORDER_NOT_AMENDABLE, "The order is closed: nothing of it can be changed.")
                .with("order_id", closed.getOrderId())
                .with("status", closed.getStatus().name())
                .build();
    }

    /** An order that has nothing of what is to be changed. */
    static ApiException notAmendable(long orderId, String field) {
        return say(Reason.ORDER_NOT_AMENDABLE, "The order has no " + field + " that could be changed.")
                .field(field, "not of this order")
                .with("order_id", Long.toString(orderId))
                .build();
    }

    private static String badTrigger(Market market, OrderTicket ticket, long value, long bound) {
        boolean beyondItsPrice =
                ticket.type() == OrderType.MARKET && !ticket.trigger().trails() && value <= market.maxPriceTicks();
        return beyondItsPrice
                ? "The order would fire at " + market.price(value) + ", where its intent's price " + market.price(bound)
                        + " lets it trade nothing."
                : Reason.TRIGGER_INVALID.meaning();
    }

    private static ApiException trigger(
            Market market, OrderTicket ticket, Reason reason, String text, long value, long bound) {
        boolean bps = ticket.trigger().kind() == Trigger.Kind.TRAIL_BPS;
        return say(reason, text)
                .field("trigger_price", text)
                .with("limit", "trigger")
                .with("value", bps ? Long.toString(value) : market.price(value))
                .with("bound", bps ? Long.toString(bound) : market.price(bound))
                .build();
    }

    /** Exits are reduce-only, and their entry is not. */
    private static ApiException exitNotBeyondEntry(OrderTicket ticket, long value, long bound) {
        Market market = ticket.market();
        boolean trigger = ticket.reduceOnly() && ticket.trigger().waits();
        String field = trigger ? "trigger_price" : "price";
        ApiException.Builder refusal = BracketRequest.invalid(
                        field,
                        ticket.reduceOnly()
                                ? "The " + field + " of an exit has to be beyond its entry's limit."
                                : "The price of an entry has to stay short of its exits' prices and triggers.")
                .with("limit", field)
                .with("value", market.price(value))
                .with("bound", market.price(bound));
        boolean exists = bound >= 1 && bound <= market.maxPriceTicks();
        return (exists ? refusal.with("suggested_price", market.price(bound)) : refusal).build();
    }

    private static ApiException beyondIntent(String what, String value, String bound) {
        return say(
                        Reason.INTENT_EXCEEDED,
                        "The amended " + what + " " + value + " is outside the order's intent, which was signed for "
                                + bound + "; hand in a new one.")
                .field(what, "outside the signed intent")
                .with("limit", what)
                .with("value", value)
                .with("bound", bound)
                .with("suggested_" + what, bound)
                .build();
    }

    /** @param known those of this engine, which need not be all of the mesh */
    static ApiException unknownMarket(String symbol, List<Market> known) {
        String symbols = known.stream().map(Market::symbol).collect(Collectors.joining(", "));
        return say(
                        Reason.UNKNOWN_MARKET,
                        "There is no market " + symbol + " here."
                                + (symbols.isEmpty() ? "" : " This engine's markets: " + symbols + "."))
                .with("market", symbol)
                .build();
    }

    static ApiException orderNotFound() {
        return say(Reason.ORDER_NOT_FOUND, "The account has no such order.").build();
    }

    private static ApiException postOnly(Market market, long priceTicks, long bestTicks, boolean sell) {
        long passing = sell ? bestTicks + 1 : bestTicks - 1;
        ApiException.Builder refusal = say(
                        Reason.POST_ONLY_WOULD_CROSS,
                        "The order would trade at once with " + market.price(bestTicks) + ".")
                .with("limit", sell ? "best_bid" : "best_ask")
                .with("value", market.price(priceTicks))
                .with("bound", market.price(bestTicks));
        boolean allowed = passing >= 1 && passing <= market.maxPriceTicks();
        return (allowed ? refusal.with("suggested_price", market.price(passing)) : refusal).build();
    }

    /** Adds a smaller quantity that would pass, unless it is less than the market takes. */
    static ApiException.Builder suggestLots(ApiException.Builder refusal, Market market, long lots) {
        return lots >= market.minLots() ? refusal.with("suggested_quantity", market.quantity(lots)) : refusal;
    }

    static ApiException bounded(Reason reason, String limit, long value, long bound) {
        return say(reason, reason.meaning())
                .with("limit", limit)
                .with("value", Long.toString(value))
                .with("bound", Long.toString(bound))
                .build();
    }

    private static ApiException.Builder say(Reason reason, String text) {
        return ApiException.refuse(reason, text);
    }
}
