package dev.quantdesk.execution.entry;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.engine.IcebergTips;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.engine.TwapSchedule;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.IcebergTerms;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PreviewScheduleRequest;
import dev.quantdesk.proto.execution.v1.TwapTerms;
import java.time.Duration;

/**
 * An algo order request in whole ticks, lots and milliseconds, within the market's rules. Pure.
 *
 * @param whole what is ordered as a whole
 */
record AlgoTicket(OrderTicket whole, AlgoTerms terms) {
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** @param seed of the request, or drawn where it has none */
    static AlgoTicket of(PlaceAlgoOrderRequest request, Market market, long seed) {
        long lots = OrderTicket.lots(request.getQuantity(), market);
        boolean twap = request.hasTwap();
        AlgoTerms terms =
                twap ? twap(request.getTwap(), seed, lots, market) : iceberg(request.getIceberg(), seed, lots, market);
        IcebergTerms iceberg = request.getIceberg();
        if (!twap && request.getPrice().isEmpty()) {
            throw OrderTicket.combination("price", "An iceberg rests in the book: it needs a price.");
        }
        boolean bounded = !request.getPrice().isEmpty();
        OrderTicket whole = new OrderTicket(
                market,
                side(request),
                // Without a price of its own it works at that of its intent, as a market order does.
                bounded ? OrderType.LIMIT : OrderType.MARKET,
                twap ? TimeInForce.IOC : iceberg.hasExpireTime() ? TimeInForce.GTT : TimeInForce.GTC,
                !twap && iceberg.getPostOnly() ? PostOnly.REFUSE : PostOnly.NO,
                request.getReduceOnly(),
                Wire.selfTrade(request.getSelfTradePrevention()),
                bounded ? OrderTicket.ticks(request.getPrice(), market) : 0,
                lots,
                !twap && iceberg.hasExpireTime() ? expireMillis(iceberg.getExpireTime()) : 0,
                Trigger.NONE,
                Peg.NONE);
        return new AlgoTicket(whole, terms);
    }

    /** The terms alone, as a preview wants them. */
    static AlgoTerms terms(PreviewScheduleRequest request, Market market, long seed) {
        long lots = OrderTicket.lots(request.getQuantity(), market);
        return request.hasTwap()
                ? twap(request.getTwap(), seed, lots, market)
                : iceberg(request.getIceberg(), seed, lots, market);
    }

    private static Side side(PlaceAlgoOrderRequest request) {
        return switch (request.getSide()) {
            case SIDE_BUY -> Side.BUY;
            case SIDE_SELL -> Side.SELL;
            case SIDE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("side was validated");
        };
    }

    private static long expireMillis(Timestamp time) {
        if (!Timestamps.isValid(time) || Timestamps.toMillis(time) <= 0) {
            throw ApiException.refuse(Reason.EXPIRE_TIME_INVALID, "The expire time is not a time after 1970.")
                    .field("iceberg.expire_time", "a valid time after 1970")
                    .build();
        }
        return Timestamps.toMillis(time);
    }

    private static AlgoTerms twap(TwapTerms request, long seed, long lots, Market market) {
        long duration = millis("twap.duration", request.getDuration());
        long interval = millis("twap.interval", request.getInterval());
        long slices = duration / interval;
        if (duration % interval != 0) {
            long nearest = Math.max(2, Math.round((double) duration / interval)) * interval;
            throw invalid(
                            "twap.duration",
                            "The duration " + text(duration) + " is no multiple of the interval " + text(interval)
                                    + ".")
                    .with("limit", "duration")
                    .with("value", text(duration))
                    .with("bound", text(interval))
                    .with("suggested_duration", text(nearest))
                    .build();
        }
        if (slices < 2 || slices > AlgoTerms.CHILDREN_MAX) {
            long bound = slices < 2 ? 2 : AlgoTerms.CHILDREN_MAX;
            throw invalid("twap.interval", "The duration has " + slices + " intervals; it may have 2 to 2,880.")
                    .with("limit", "slices")
                    .with("value", Long.toString(slices))
                    .with("bound", Long.toString(bound))
                    .build();
        }
        AlgoTerms.Twap terms =
                new AlgoTerms.Twap(duration, interval, request.getSizeRandomBps(), request.getTimeRandomBps(), seed);
        long least = TwapSchedule.sliceLotsMin(terms, lots);
        if (least < market.minLots()) {
            throw Refusals.suggestLots(
                            childTooSmall("twap.interval", least, market.minLots(), market),
                            market,
                            Math.min(TwapSchedule.totalLotsMin(terms, market.minLots()), market.maxLots()))
                    .build();
        }
        return terms;
    }

    private static AlgoTerms iceberg(IcebergTerms request, long seed, long lots, Market market) {
        long visible = OrderTicket.lots(request.getVisibleQuantity(), market);
        if (visible > lots) {
            throw invalid("iceberg.visible_quantity", "The visible quantity is more than the whole.")
                    .with("limit", "visible_quantity")
                    .with("value", market.quantity(visible))
                    .with("bound", market.quantity(lots))
                    .with("suggested_visible_quantity", market.quantity(lots))
                    .build();
        }
        AlgoTerms.Iceberg terms = new AlgoTerms.Iceberg(visible, request.getSizeRandomBps(), seed);
        long least = IcebergTips.tipLotsMin(terms);
        long needed = IcebergTips.tipLotsNeeded(lots, market.minLots());
        if (least < needed) {
            throw childTooSmall("iceberg.visible_quantity", least, needed, market)
                    .with("suggested_visible_quantity", market.quantity(IcebergTips.visibleLotsMin(terms, needed)))
                    .build();
        }
        return terms;
    }

    /** @param least what chance may leave to a child */
    static ApiException.Builder childTooSmall(String field, long least, long needed, Market market) {
        return invalid(
                        field,
                        "A child order could have as little as " + market.quantity(least) + "; the least is "
                                + market.quantity(needed) + ".")
                .with("limit", "child_quantity")
                .with("value", market.quantity(least))
                .with("bound", market.quantity(needed));
    }

    static ApiException.Builder invalid(String field, String text) {
        return ApiException.refuse(Reason.ALGO_SCHEDULE_INVALID, text).field(field, text);
    }

    private static long millis(String field, com.google.protobuf.Duration duration) {
        if (duration.getNanos() % NANOS_PER_MILLI != 0) {
            throw invalid(field, "Times are whole milliseconds.").build();
        }
        return Durations.toMillis(duration);
    }

    private static String text(long millis) {
        return Duration.ofMillis(millis).toString();
    }
}
