package dev.quantdesk.execution.view;

import com.google.protobuf.Timestamp;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.OrderType;
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
