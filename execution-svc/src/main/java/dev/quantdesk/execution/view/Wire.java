package dev.quantdesk.execution.view;

import com.google.protobuf.Timestamp;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
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

    public static OrderType type(dev.quantdesk.execution.engine.OrderType type) {
        return switch (type) {
            case LIMIT -> OrderType.ORDER_TYPE_LIMIT;
            case MARKET -> OrderType.ORDER_TYPE_MARKET;
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
            case KILL_SWITCH -> CancelReason.CANCEL_REASON_KILL_SWITCH;
            case DISCONNECTED -> CancelReason.CANCEL_REASON_DISCONNECTED;
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
            case BAD_EXPIRE_TIME -> Reason.EXPIRE_TIME_INVALID;
            case SESSION_ENDED -> Reason.TRADING_SESSION_ENDED;
            case TOO_MANY_SESSIONS -> Reason.TOO_MANY_STREAMS;
            case ORDER_NOT_FOUND, ORDER_FILLED, BAD_TRADE_ID, TRADE_ALREADY_CONFIRMED, MALFORMED_COMMAND ->
                throw new IllegalArgumentException("no order is refused with " + reason);
        };
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
