package dev.quantdesk.execution.entry;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An order request in whole ticks and lots, within the market's rules. Pure.
 *
 * @param limitTicks 0 for a market order
 * @param expireMillis 0 for all but a good-till-time order
 * @param trigger what it waits for
 * @param peg the price it follows
 */
record OrderTicket(
        Market market,
        Side side,
        OrderType type,
        TimeInForce timeInForce,
        PostOnly postOnly,
        boolean reduceOnly,
        SelfTradePrevention selfTrade,
        long limitTicks,
        long lots,
        long expireMillis,
        Trigger trigger,
        Peg peg) {

    /** @throws ApiException when price, quantity or combination break the market's rules, naming the nearest that would pass */
    static OrderTicket of(PlaceOrderRequest request, Market market) {
        OrderType type = switch (request.getType()) {
            case ORDER_TYPE_LIMIT, ORDER_TYPE_STOP_LIMIT, ORDER_TYPE_TAKE_PROFIT_LIMIT, ORDER_TYPE_PEGGED ->
                OrderType.LIMIT;
            case ORDER_TYPE_MARKET, ORDER_TYPE_STOP_MARKET, ORDER_TYPE_TAKE_PROFIT_MARKET, ORDER_TYPE_TRAILING_STOP ->
                OrderType.MARKET;
            case ORDER_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("type was validated");
        };
        TimeInForce timeInForce = switch (request.getTimeInForce()) {
            case TIME_IN_FORCE_GTC -> TimeInForce.GTC;
            case TIME_IN_FORCE_IOC -> TimeInForce.IOC;
            case TIME_IN_FORCE_FOK -> TimeInForce.FOK;
            case TIME_IN_FORCE_GTT -> TimeInForce.GTT;
            case TIME_IN_FORCE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("time in force was validated");
        };
        Side side = switch (request.getSide()) {
            case SIDE_BUY -> Side.BUY;
            case SIDE_SELL -> Side.SELL;
            case SIDE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("side was validated");
        };
        checkCombination(request, type, timeInForce);
        return new OrderTicket(
                market,
                side,
                type,
                timeInForce,
                postOnly(request),
                request.getReduceOnly(),
                Wire.selfTrade(request.getSelfTradePrevention()),
                type == OrderType.LIMIT ? ticks(request.getPrice(), market) : 0,
                lots(request.getQuantity(), market),
                timeInForce == TimeInForce.GTT ? Timestamps.toMillis(request.getExpireTime()) : 0,
                PriceTerms.trigger(request, market),
                PriceTerms.peg(request, market));
    }

    private static PostOnly postOnly(PlaceOrderRequest request) {
        if (!request.getPostOnly()) {
            return PostOnly.NO;
        }
        return request.getPostOnlySlide() ? PostOnly.SLIDE : PostOnly.REFUSE;
    }

    private static void checkCombination(PlaceOrderRequest request, OrderType type, TimeInForce timeInForce) {
        boolean limit = type == OrderType.LIMIT;
        boolean waits = timeInForce == TimeInForce.GTC || timeInForce == TimeInForce.GTT;
        if (!limit && waits) {
            throw combination("time_in_force", "A market order is IOC or FOK: it can't wait in the book.");
        }
        if (request.getPostOnly() && (!limit || !waits)) {
            throw combination("post_only", "Post-only goes with a GTC or GTT limit order.");
        }
        if (request.getPostOnlySlide() && !request.getPostOnly()) {
            throw combination("post_only_slide", "Only a post-only order slides.");
        }
        if (request.hasExpireTime() != (timeInForce == TimeInForce.GTT)) {
            throw combination("expire_time", "A GTT order has an expire time, and no other has.");
        }
        if (request.hasExpireTime() && !isUsable(request.getExpireTime())) {
            throw ApiException.refuse(Reason.EXPIRE_TIME_INVALID, "The expire time is not a time after 1970.")
                    .field("expire_time", "a valid time after 1970")
                    .build();
        }
        if (limit && request.getPrice().isEmpty()) {
            throw combination("price", "A limit order needs a price.");
        }
        if (!limit && !request.getPrice().isEmpty()) {
            throw combination("price", "A market order has no price; its intent bounds it.");
        }
        PriceTerms.checkCombination(request);
    }

    private static boolean isUsable(Timestamp time) {
        return Timestamps.isValid(time) && Timestamps.toMillis(time) > 0;
    }

    static ApiException combination(String field, String text) {
        return ApiException.refuse(Reason.UNSUPPORTED_COMBINATION, text)
                .field(field, text)
                .build();
    }

    static long ticks(String price, Market market) {
        return steps(
                "price",
                price,
                market.tickSize(),
                1,
                market.maxPriceTicks(),
                Reason.PRICE_OFF_TICK,
                Reason.PRICE_OUT_OF_RANGE);
    }

    static long lots(String quantity, Market market) {
        return steps(
                "quantity",
                quantity,
                market.lotSize(),
                market.minLots(),
                market.maxLots(),
                Reason.QUANTITY_OFF_LOT,
                Reason.QUANTITY_OUT_OF_RANGE);
    }

    private static long steps(
            String field, String text, BigDecimal step, long least, long most, Reason offStep, Reason outOfRange) {
        BigDecimal value = new BigDecimal(text);
        BigDecimal smallest = step.multiply(BigDecimal.valueOf(least));
        BigDecimal largest = step.multiply(BigDecimal.valueOf(most));
        if (value.compareTo(smallest) < 0 || value.compareTo(largest) > 0) {
            BigDecimal nearest = value.compareTo(smallest) < 0 ? smallest : largest;
            throw refusal(
                    outOfRange,
                    field,
                    text,
                    nearest,
                    nearest,
                    "The " + field + " " + text + " is not within " + plain(smallest) + " to " + plain(largest) + ".");
        }
        BigDecimal steps = value.divide(step, 0, RoundingMode.HALF_EVEN);
        BigDecimal nearest = steps.multiply(step);
        if (nearest.compareTo(value) != 0) {
            throw refusal(
                    offStep,
                    field,
                    text,
                    step,
                    nearest,
                    "The " + field + " " + text + " is not a multiple of " + plain(step) + ".");
        }
        return steps.longValueExact();
    }

    private static ApiException refusal(
            Reason reason, String field, String value, BigDecimal bound, BigDecimal nearest, String text) {
        return ApiException.refuse(reason, text)
                .field(field, text)
                .with("limit", field)
                .with("value", value)
                .with("bound", plain(bound))
                .with("suggested_" + field, plain(nearest))
                .build();
    }

    private static String plain(BigDecimal value) {
        return Decimals.plain(value);
    }
}
