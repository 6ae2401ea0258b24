package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.view.AlgoWire;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.proto.execution.v1.AlgoOrderAccepted;
import dev.quantdesk.proto.execution.v1.AlgoOrderEnded;
import dev.quantdesk.proto.execution.v1.AlgoOrderSliced;

/** The events of algo orders in the form that other services read. Pure. */
final class AlgoEvents {
    private AlgoEvents() {}

    /** Empty for an order that is nobody's child. */
    static String parentId(OrderRef ref) {
        return ref.isChild() ? Long.toString(ref.parentOrderId()) : "";
    }

    static AlgoOrderAccepted accepted(EngineEvent.AlgoAccepted accepted, Market market) {
        Command.PlaceOrder order = accepted.order();
        return AlgoOrderAccepted.newBuilder()
                .setOrderId(Long.toString(accepted.ref().orderId()))
                .setClientOrderId(order.clientOrderId())
                .setAccount(order.account().toString())
                .setSide(Wire.side(order.side()))
                .setPrice(market.price(order.priceTicks()))
                .setQuantity(market.quantity(order.quantityLots()))
                .setReduceOnly(order.reduceOnly())
                .setReservationId(order.reservationId().toString())
                .setTraceparent(Wire.traceparent(order.trace()))
                .build();
    }

    static AlgoOrderSliced sliced(EngineEvent.AlgoSliced sliced) {
        AlgoOrderSliced.Builder mapped = AlgoOrderSliced.newBuilder()
                .setOrderId(Long.toString(sliced.ref().orderId()))
                .setAccount(sliced.ref().account().toString())
                .setChildOrderId(sliced.childOrderId() == 0 ? "" : Long.toString(sliced.childOrderId()))
                .setChildOrders(sliced.children());
        return (sliced.nextSliceMillis() == 0 ? mapped : mapped.setNextSliceTime(Wire.time(sliced.nextSliceMillis())))
                .build();
    }

    static AlgoOrderEnded ended(EngineEvent.AlgoEnded ended, Market market) {
        return AlgoOrderEnded.newBuilder()
                .setOrderId(Long.toString(ended.ref().orderId()))
                .setAccount(ended.ref().account().toString())
                .setCancelledQuantity(market.quantity(ended.cancelledLots()))
                .setReason(AlgoWire.reason(ended.reason()))
                .build();
    }
}
