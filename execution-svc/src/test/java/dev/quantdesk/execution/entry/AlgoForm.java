package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import dev.quantdesk.proto.execution.v1.IcebergTerms;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.TwapTerms;

/** Makes an algo order of an order form, with its intent: {@code AlgoForm.twap(OrderForm.buy(ALICE, "0.06").at("100"), 60, 10)}. */
final class AlgoForm {
    private AlgoForm() {}

    static PlaceAlgoOrderRequest.Builder of(OrderForm form) {
        PlaceOrderRequest order = form.build();
        return PlaceAlgoOrderRequest.newBuilder()
                .setClientOrderId(order.getClientOrderId())
                .setMarket(order.getMarket())
                .setSide(order.getSide())
                .setPrice(order.getPrice())
                .setQuantity(order.getQuantity())
                .setReduceOnly(order.getReduceOnly())
                .setIntent(order.getIntent());
    }

    static TwapTerms.Builder seconds(long duration, long interval) {
        return TwapTerms.newBuilder()
                .setDuration(Durations.fromSeconds(duration))
                .setInterval(Durations.fromSeconds(interval));
    }

    static PlaceAlgoOrderRequest.Builder twap(OrderForm form, long durationSeconds, long intervalSeconds) {
        return of(form).setTwap(seconds(durationSeconds, intervalSeconds));
    }

    static PlaceAlgoOrderRequest.Builder iceberg(OrderForm form, String visible) {
        return of(form).setIceberg(IcebergTerms.newBuilder().setVisibleQuantity(visible));
    }
}
