package dev.quantdesk.execution.view;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.engine.CancelReason;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.IcebergTerms;
import dev.quantdesk.proto.execution.v1.TwapTerms;
import java.util.Optional;

/** What the engine says of algo orders, in the contract's words. Pure. */
public final class AlgoWire {
    private AlgoWire() {}

    /** How the order is worked. @param expireMillis 0 for none */
    public static void terms(
            AlgoTerms terms, boolean postOnly, long expireMillis, Market market, AlgoOrder.Builder order) {
        order.setSeed(terms.seed());
        switch (terms) {
            case AlgoTerms.Twap twap ->
                order.setTwap(TwapTerms.newBuilder()
                        .setDuration(Durations.fromMillis(twap.durationMillis()))
                        .setInterval(Durations.fromMillis(twap.intervalMillis()))
                        .setSizeRandomBps(twap.sizeRandomBps())
                        .setTimeRandomBps(twap.timeRandomBps()));
            case AlgoTerms.Iceberg iceberg -> {
                IcebergTerms.Builder shown = IcebergTerms.newBuilder()
                        .setVisibleQuantity(market.quantity(iceberg.visibleLots()))
                        .setSizeRandomBps(iceberg.sizeRandomBps())
                        .setPostOnly(postOnly);
                order.setIceberg(expireMillis == 0 ? shown : shown.setExpireTime(Wire.time(expireMillis)));
            }
        }
    }

    /** How far the order is. @param notional sum of price in ticks times lots; {@code ended} whether nothing more comes */
    public static void progress(
            long quantityLots, long filledLots, long notional, boolean ended, Market market, AlgoOrder.Builder order) {
        order.setFilledQuantity(market.quantity(filledLots))
                .setRemainingQuantity(market.quantity(ended ? 0 : quantityLots - filledLots))
                .setAveragePrice(filledLots == 0 ? "" : market.averagePrice(notional, filledLots));
    }

    /** @param reason why what was left was cancelled; empty where it is filled whole */
    public static AlgoOrderStatus ended(Optional<CancelReason> reason) {
        return reason.map(why -> why.isExpiry()
                        ? AlgoOrderStatus.ALGO_ORDER_STATUS_EXPIRED
                        : AlgoOrderStatus.ALGO_ORDER_STATUS_CANCELLED)
                .orElse(AlgoOrderStatus.ALGO_ORDER_STATUS_FILLED);
    }

    public static dev.quantdesk.proto.execution.v1.CancelReason reason(Optional<CancelReason> reason) {
        return reason.map(Wire::cancelReason)
                .orElse(dev.quantdesk.proto.execution.v1.CancelReason.CANCEL_REASON_UNSPECIFIED);
    }
}
