package dev.quantdesk.execution.view;

import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderUpdate;

/** An order as it was after a change, of which a message is made once somebody asks. Immutable. */
public final class ChangedOrder {
    private final OrderChange change;
    private final OrderView order;
    private final OrderFill fill;

    /**
     * @param order a copy
     * @param fill what the change is about, or null
     */
    ChangedOrder(OrderChange change, OrderView order, OrderFill fill) {
        this.change = change;
        this.order = order;
        this.fill = fill;
    }

    /** As it was after the change; does not change any more. */
    OrderView order() {
        return order;
    }

    public OrderUpdate toProto() {
        OrderUpdate.Builder update = OrderUpdate.newBuilder()
                .setSequence(order.sequence())
                .setChange(change)
                .setOrder(order.toProto());
        if (fill != null) {
            update.setFill(fill.toProto(order.market()));
        }
        return update.build();
    }
}
