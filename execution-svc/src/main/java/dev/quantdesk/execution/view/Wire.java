package dev.quantdesk.execution.view;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.BracketLeg;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.AuctionOutcome;
import dev.quantdesk.proto.execution.v1.BracketRole;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderBracket;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PriceSource;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TriggerDecision;
import java.time.Instant;

/** The engine's words in the contract's. Pure. */
public final class Wire {
    private Wire() {}

    public static Side side(dev.quantdesk.execution.book.Side side) {
        return switch (side) {
            case BUY -> Side.SIDE_BUY;
            case SELL -> Side.SIDE_SELL;
        };
    }

    public static OrderType type(Command.PlaceOrder order) {
        boolean limit = order.type() == dev.quantdesk.execution.engine.OrderType.LIMIT;
        if (order.peg().follows()) {
            return OrderType.ORDER_TYPE_PEGGED;
        }
        return switch (order.trigger().kind()) {
            case NONE -> limit ? OrderType.ORDER_TYPE_LIMIT : OrderType.ORDER_TYPE_MARKET;
            case STOP -> limit ? OrderType.ORDER_TYPE_STOP_LIMIT : OrderType.ORDER_TYPE_STOP_MARKET;
            case TAKE_PROFIT ->
                limit ? OrderType.ORDER_TYPE_TAKE_PROFIT_LIMIT : OrderType.ORDER_TYPE_TAKE_PROFIT_MARKET;
            case TRAIL_TICKS, TRAIL_BPS -> OrderType.ORDER_TYPE_TRAILING_STOP;
        };
    }

    public static PriceSource priceSource(dev.quantdesk.execution.engine.PriceSource source) {
        return switch (source) {
            case MARK -> PriceSource.PRICE_SOURCE_MARK;
            case INDEX -> PriceSource.PRICE_SOURCE_INDEX;
            case LAST -> PriceSource.PRICE_SOURCE_LAST;
        };
    }

    /** Where an order stands as soon as it is accepted. */
    public static OrderStatus accepted(Command.PlaceOrder order, BracketLeg leg) {
        return leg.startsPending() ? OrderStatus.ORDER_STATUS_PENDING : atWork(order);
    }

    /** Where an order stands once it is at work, and has not traded. */
    public static OrderStatus atWork(Command.PlaceOrder order) {
        return order.trigger().waits() ? OrderStatus.ORDER_STATUS_UNTRIGGERED : OrderStatus.ORDER_STATUS_OPEN;
    }

    /** What an order's trigger or peg says of it. */
    public static void prices(Command.PlaceOrder placed, Market market, Order.Builder order) {
        prices(placed.trigger(), placed.peg(), placed.priceTicks(), market, order);
    }

    /** @param limitTicks beyond which a pegged order does not follow */
    public static void prices(Trigger trigger, Peg peg, long limitTicks, Market market, Order.Builder order) {
        switch (trigger.kind()) {
            case NONE -> order.clearTriggerPrice();
            case STOP, TAKE_PROFIT -> order.setTriggerPrice(market.price(trigger.value()));
            case TRAIL_TICKS -> order.setTrailAmount(market.price(trigger.value()));
            case TRAIL_BPS -> order.setTrailBps((int) trigger.value());
        }
        if (trigger.waits()) {
            order.setPriceSource(priceSource(trigger.source()));
        }
        if (peg.follows()) {
            order.setPriceSource(priceSource(peg.source()))
                    .setPegOffset(market.price(peg.offsetTicks()))
                    .setPriceLimit(market.price(limitTicks));
        }
    }

    public static TriggerDecision decision(EngineEvent.TriggerDecided decided, Market market) {
        return decision(
                decided.fired(),
                decided.referenceTicks(),
                decided.triggerTicks(),
                decided.extremeTicks(),
                decided.timeMillis(),
                market);
    }

    /** Prices in ticks, 0 for one that there is not. */
    public static TriggerDecision decision(
            boolean fired, long reference, long trigger, long best, long millis, Market market) {
        return TriggerDecision.newBuilder()
                .setFired(fired)
                .setReferencePrice(reference == 0 ? "" : market.price(reference))
                .setTriggerPrice(market.price(trigger))
                .setBestPrice(best == 0 ? "" : market.price(best))
                .setDecideTime(time(millis))
                .build();
    }

    /** Where the arrival price of an auction's taker is from. */
    public static ArrivalSource arrivalSource(EngineEvent.AuctionOpened opened) {
        return opened.arrivalIsMark() ? ArrivalSource.ARRIVAL_SOURCE_MARK : ArrivalSource.ARRIVAL_SOURCE_BOOK;
    }

    /** What an order that took has met, and what it was worth; nothing where {@code ticks} is 0. */
    public static void arrival(
            long ticks, ArrivalSource source, long improvedTickLots, Market market, Order.Builder order) {
        new Arrival(ticks, source, improvedTickLots).show(market, order);
    }

    public static AuctionOutcome outcome(dev.quantdesk.execution.engine.AuctionOutcome outcome) {
        return switch (outcome) {
            case FILLED -> AuctionOutcome.AUCTION_OUTCOME_FILLED;
            case TIME_UP -> AuctionOutcome.AUCTION_OUTCOME_TIME_UP;
            case OVERTAKEN -> AuctionOutcome.AUCTION_OUTCOME_OVERTAKEN;
            case TAKER_ENDED -> AuctionOutcome.AUCTION_OUTCOME_TAKER_ENDED;
        };
    }

    public static TimeInForce timeInForce(dev.quantdesk.execution.engine.TimeInForce timeInForce) {
        return switch (timeInForce) {
            case GTC -> TimeInForce.TIME_IN_FORCE_GTC;
            case IOC -> TimeInForce.TIME_IN_FORCE_IOC;
            case FOK -> TimeInForce.TIME_IN_FORCE_FOK;
            case GTT -> TimeInForce.TIME_IN_FORCE_GTT;
        };
    }

    public static SelfTradePrevention selfTrade(dev.quantdesk.execution.engine.SelfTradePrevention selfTrade) {
        return switch (selfTrade) {
            case EXPIRE_TAKER -> SelfTradePrevention.SELF_TRADE_PREVENTION_EXPIRE_TAKER;
            case EXPIRE_MAKER -> SelfTradePrevention.SELF_TRADE_PREVENTION_EXPIRE_MAKER;
            case EXPIRE_BOTH -> SelfTradePrevention.SELF_TRADE_PREVENTION_EXPIRE_BOTH;
            case NONE -> SelfTradePrevention.SELF_TRADE_PREVENTION_NONE;
        };
    }

    /** Unspecified stands for the default. */
    public static dev.quantdesk.execution.engine.SelfTradePrevention selfTrade(SelfTradePrevention selfTrade) {
        return switch (selfTrade) {
            case SELF_TRADE_PREVENTION_UNSPECIFIED, SELF_TRADE_PREVENTION_EXPIRE_TAKER ->
                dev.quantdesk.execution.engine.SelfTradePrevention.EXPIRE_TAKER;
            case SELF_TRADE_PREVENTION_EXPIRE_MAKER -> dev.quantdesk.execution.engine.SelfTradePrevention.EXPIRE_MAKER;
            case SELF_TRADE_PREVENTION_EXPIRE_BOTH -> dev.quantdesk.execution.engine.SelfTradePrevention.EXPIRE_BOTH;
            case SELF_TRADE_PREVENTION_NONE -> dev.quantdesk.execution.engine.SelfTradePrevention.NONE;
            case UNRECOGNIZED -> throw new IllegalArgumentException("self-trade prevention was validated");
        };
    }

    public static CancelReason cancelReason(dev.quantdesk.execution.engine.CancelReason reason) {
        return switch (reason) {
            case USER_REQUEST -> CancelReason.CANCEL_REASON_USER_REQUEST;
            case IOC_REMAINDER -> CancelReason.CANCEL_REASON_IOC_REMAINDER;
            case NO_LIQUIDITY -> CancelReason.CANCEL_REASON_NO_LIQUIDITY;
            case INTENT_EXPIRED -> CancelReason.CANCEL_REASON_INTENT_EXPIRED;
            case REDUCE_ONLY -> CancelReason.CANCEL_REASON_REDUCE_ONLY;
            case SELF_TRADE -> CancelReason.CANCEL_REASON_SELF_TRADE;
            case TIME_REACHED -> CancelReason.CANCEL_REASON_TIME_REACHED;
            case BOOK_FULL -> CancelReason.CANCEL_REASON_BOOK_FULL;
            case KILL_SWITCH -> CancelReason.CANCEL_REASON_KILL_SWITCH;
            case DISCONNECTED -> CancelReason.CANCEL_REASON_DISCONNECTED;
            case ENTRY_ENDED -> CancelReason.CANCEL_REASON_ENTRY_ENDED;
            case EXIT_STARTED -> CancelReason.CANCEL_REASON_EXIT_STARTED;
            case SIBLING_FILLED -> CancelReason.CANCEL_REASON_SIBLING_FILLED;
            case AUCTION_ENDED -> CancelReason.CANCEL_REASON_AUCTION_ENDED;
            case SCHEDULE_ENDED -> CancelReason.CANCEL_REASON_SCHEDULE_ENDED;
        };
    }

    /** The engine's reason for refusing an order as clients know it. @throws IllegalArgumentException for those of no order */
    public static Reason reason(RefusalReason reason) {
        return switch (reason) {
            case UNKNOWN_MARKET -> Reason.UNKNOWN_MARKET;
            case BAD_QUANTITY -> Reason.QUANTITY_OUT_OF_RANGE;
            case BAD_PRICE -> Reason.PRICE_OUT_OF_RANGE;
            case UNSUPPORTED_COMBINATION -> Reason.UNSUPPORTED_COMBINATION;
            case INTENT_EXPIRED -> Reason.INTENT_EXPIRED;
            case INTENT_LIFE_TOO_LONG -> Reason.INTENT_EXPIRY_TOO_FAR;
            case NONCE_REPLAYED -> Reason.NONCE_REPLAYED;
            case CLIENT_ORDER_ID_REUSED, DUPLICATE -> Reason.CLIENT_ORDER_ID_REUSED;
            case POST_ONLY_WOULD_CROSS -> Reason.POST_ONLY_WOULD_CROSS;
            case FOK_NOT_FILLABLE -> Reason.FOK_NOT_FILLABLE;
            case REDUCE_ONLY_WOULD_INCREASE -> Reason.REDUCE_ONLY_WOULD_INCREASE;
            case TOO_MANY_OPEN_ORDERS -> Reason.TOO_MANY_OPEN_ORDERS;
            case TOO_MANY_LIVE_INTENTS -> Reason.TOO_MANY_LIVE_INTENTS;
            case TOO_MANY_ACCOUNTS -> Reason.TOO_MANY_ACCOUNTS;
            case TOO_MANY_UNSETTLED_TRADES -> Reason.TOO_MANY_UNSETTLED_TRADES;
            case POSITION_TOO_LARGE -> Reason.POSITION_TOO_LARGE;
            case BOOK_FULL -> Reason.BOOK_FULL;
            case BAD_EXPIRE_TIME, BAD_EXIT_TIME -> Reason.EXPIRE_TIME_INVALID;
            case SESSION_ENDED -> Reason.TRADING_SESSION_ENDED;
            case TOO_MANY_SESSIONS -> Reason.TOO_MANY_STREAMS;
            case AUCTION_NOT_FOUND -> Reason.AUCTION_NOT_FOUND;
            case AUCTION_ENDED -> Reason.AUCTION_ENDED;
            case QUOTE_NOT_FOR_AUCTION -> Reason.QUOTE_NOT_FOR_AUCTION;
            case QUOTE_NOT_IMPROVING -> Reason.QUOTE_NOT_IMPROVING;
            case TOO_MANY_QUOTES -> Reason.TOO_MANY_QUOTES;
            case ALGO_CHILD_TOO_SMALL, ALGO_OUTLIVES_INTENT -> Reason.ALGO_SCHEDULE_INVALID;
            case TOO_MANY_ALGOS -> Reason.TOO_MANY_ALGO_ORDERS;
            case EXIT_ENDS_BEFORE_ENTRY, EXIT_NOT_BEYOND_ENTRY -> Reason.BRACKET_INVALID;
            case BAD_TRIGGER -> Reason.TRIGGER_INVALID;
            case TRIGGER_REACHED -> Reason.TRIGGER_REACHED;
            case REFERENCE_PRICE_UNKNOWN -> Reason.REFERENCE_PRICE_UNKNOWN;
            case AMEND_BELOW_FILLED -> Reason.AMEND_BELOW_FILLED;
            case NOT_AMENDABLE -> Reason.ORDER_NOT_AMENDABLE;
            case AMEND_PRICE_BEYOND_INTENT, AMEND_QUANTITY_BEYOND_INTENT -> Reason.INTENT_EXCEEDED;
            case OWNER_MISMATCH -> Reason.ACCOUNT_MISMATCH;
            case ORDER_NOT_FOUND,
                    ORDER_FILLED,
                    BAD_TRADE_ID,
                    TRADE_ALREADY_CONFIRMED,
                    TRADE_ALREADY_SUBMITTED,
                    MALFORMED_COMMAND -> throw new IllegalArgumentException("no order is refused with " + reason);
        };
    }

    public static BracketRole role(LegRole role) {
        return switch (role) {
            case NONE -> BracketRole.BRACKET_ROLE_UNSPECIFIED;
            case ENTRY -> BracketRole.BRACKET_ROLE_ENTRY;
            case TAKE_PROFIT -> BracketRole.BRACKET_ROLE_TAKE_PROFIT;
            case STOP_LOSS -> BracketRole.BRACKET_ROLE_STOP_LOSS;
            case TIME_EXIT -> BracketRole.BRACKET_ROLE_TIME_EXIT;
            case ALTERNATIVE -> BracketRole.BRACKET_ROLE_ALTERNATIVE;
        };
    }

    /** An order's place in its bracket. @param exitMillis when its time exit goes to work, 0 while that is not known */
    public static OrderBracket bracket(BracketLeg leg, long exitMillis) {
        OrderBracket.Builder bracket = OrderBracket.newBuilder()
                .setBracketId(Long.toString(leg.bracketId()))
                .setRole(role(leg.role()));
        for (int i = 0; i < leg.legs(); i++) {
            bracket.addOrderIds(Long.toString(leg.bracketId() + i));
        }
        if (leg.role() == LegRole.TIME_EXIT && exitMillis > 0) {
            bracket.setExitTime(time(exitMillis));
        }
        if (leg.role() == LegRole.TIME_EXIT && leg.exitAfterMillis() > 0) {
            bracket.setExitAfter(Durations.fromMillis(leg.exitAfterMillis()));
        }
        return bracket.build();
    }

    public static Timestamp time(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(millis, 1000L))
                .setNanos((int) Math.floorMod(millis, 1000L) * 1_000_000)
                .build();
    }

    public static Timestamp time(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** 32 hexadecimal digits, empty for no trace. */
    public static String traceId(TraceParent trace) {
        return trace.traceIdHigh() == 0 && trace.traceIdLow() == 0
                ? ""
                : String.format("%016x%016x", trace.traceIdHigh(), trace.traceIdLow());
    }

    /** W3C {@code traceparent}, empty for no trace. */
    public static String traceparent(TraceParent trace) {
        String id = traceId(trace);
        return id.isEmpty() ? "" : String.format("00-%s-%016x-%02x", id, trace.spanId(), trace.flags());
    }
}
