package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest.TrailCase;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Set;

/** What an order request says of prices that it waits for or follows. Pure. */
final class PriceTerms {
    private static final Set<OrderType> WITH_TRIGGER_PRICE = EnumSet.of(
            OrderType.ORDER_TYPE_STOP_MARKET,
            OrderType.ORDER_TYPE_STOP_LIMIT,
            OrderType.ORDER_TYPE_TAKE_PROFIT_MARKET,
            OrderType.ORDER_TYPE_TAKE_PROFIT_LIMIT);

    private PriceTerms() {}

    /** @throws ApiException where the order's type and what it says of prices do not go together */
    static void checkCombination(PlaceOrderRequest request) {
        OrderType type = request.getType();
        boolean triggered = WITH_TRIGGER_PRICE.contains(type);
        boolean trailing = type == OrderType.ORDER_TYPE_TRAILING_STOP;
        boolean pegged = type == OrderType.ORDER_TYPE_PEGGED;
        boolean waits = triggered || trailing;
        if (triggered == request.getTriggerPrice().isEmpty()) {
            throw OrderTicket.combination(
                    "trigger_price", "A stop or take-profit order has a trigger price, and no other has.");
        }
        if (trailing == (request.getTrailCase() == TrailCase.TRAIL_NOT_SET)) {
            throw OrderTicket.combination("trail", "A trailing stop has a distance, and no other order has.");
        }
        if (!pegged && !request.getPegOffset().isEmpty()) {
            throw OrderTicket.combination("peg_offset", "Only a pegged order has an offset.");
        }
        if (!waits && !pegged && request.getPriceSourceValue() != 0) {
            throw OrderTicket.combination("price_source", "The order waits for no price and follows none.");
        }
        if (waits && (request.getPostOnly() || request.getTimeInForce() == TimeInForce.TIME_IN_FORCE_FOK)) {
            throw OrderTicket.combination(
                    request.getPostOnly() ? "post_only" : "time_in_force",
                    "An order that waits for its trigger is neither post-only nor fill-or-kill.");
        }
        if (pegged) {
            checkPeg(request);
        }
    }

    private static void checkPeg(PlaceOrderRequest request) {
        if (request.getPostOnly() && !request.getPostOnlySlide()) {
            throw OrderTicket.combination(
                    "post_only_slide",
                    "A pegged post-only order slides: it moves with its price, and can't be refused then.");
        }
        boolean rests = request.getTimeInForce() == TimeInForce.TIME_IN_FORCE_GTC
                || request.getTimeInForce() == TimeInForce.TIME_IN_FORCE_GTT;
        if (!rests) {
            throw OrderTicket.combination("time_in_force", "A pegged order is GTC or GTT.");
        }
        if (source(request) == PriceSource.LAST) {
            throw OrderTicket.combination("price_source", "A pegged order follows the mark or the index price.");
        }
    }

    static Trigger trigger(PlaceOrderRequest request, Market market) {
        return switch (request.getType()) {
            case ORDER_TYPE_STOP_MARKET, ORDER_TYPE_STOP_LIMIT ->
                new Trigger(
                        Trigger.Kind.STOP, source(request), ticks("trigger_price", request.getTriggerPrice(), market));
            case ORDER_TYPE_TAKE_PROFIT_MARKET, ORDER_TYPE_TAKE_PROFIT_LIMIT ->
                new Trigger(
                        Trigger.Kind.TAKE_PROFIT,
                        source(request),
                        ticks("trigger_price", request.getTriggerPrice(), market));
            case ORDER_TYPE_TRAILING_STOP ->
                request.getTrailCase() == TrailCase.TRAIL_BPS
                        ? new Trigger(Trigger.Kind.TRAIL_BPS, source(request), request.getTrailBps())
                        : new Trigger(
                                Trigger.Kind.TRAIL_TICKS,
                                source(request),
                                ticks("trail_amount", request.getTrailAmount(), market));
            default -> Trigger.NONE;
        };
    }

    static Peg peg(PlaceOrderRequest request, Market market) {
        if (request.getType() != OrderType.ORDER_TYPE_PEGGED) {
            return Peg.NONE;
        }
        String offset = request.getPegOffset();
        boolean negative = offset.startsWith("-");
        String amount = negative ? offset.substring(1) : offset;
        boolean none = amount.isEmpty() || new BigDecimal(amount).signum() == 0;
        long ticks = none ? 0 : ticks("peg_offset", amount, market);
        return new Peg(true, source(request), negative ? -ticks : ticks);
    }

    static PriceSource source(PlaceOrderRequest request) {
        return switch (request.getPriceSource()) {
            case PRICE_SOURCE_UNSPECIFIED, PRICE_SOURCE_MARK -> PriceSource.MARK;
            case PRICE_SOURCE_INDEX -> PriceSource.INDEX;
            case PRICE_SOURCE_LAST -> PriceSource.LAST;
            case UNRECOGNIZED -> throw new IllegalArgumentException("price source was validated");
        };
    }

    /** @throws ApiException with {@link Reason#TRIGGER_INVALID} for what is off the tick size or out of range */
    static long ticks(String field, String amount, Market market) {
        long most = Math.min(market.maxPriceTicks(), Peg.OFFSET_TICKS_MAX);
        try {
            long ticks = market.ticks(amount);
            if (ticks >= 1 && ticks <= most) {
                return ticks;
            }
        } catch (ArithmeticException offTick) {
            throw invalid(field, amount, Decimals.plain(market.tickSize()), "a multiple of the tick size");
        }
        String bound = market.price(new BigDecimal(amount).signum() > 0 ? most : 1);
        throw invalid(field, amount, bound, "from one tick to the market's highest price");
    }

    private static ApiException invalid(String field, String value, String bound, String rule) {
        return ApiException.refuse(Reason.TRIGGER_INVALID, "The " + field + " " + value + " is not " + rule + ".")
                .field(field, rule)
                .with("limit", field)
                .with("value", value)
                .with("bound", bound)
                .build();
    }
}
