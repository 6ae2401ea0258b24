package dev.quantdesk.execution.engine;

/** The ways an accepted order comes to rest and to its end. */
final class OrderLifecycle {
    private final OrderStore store;
    private final EventWriter events;

    OrderLifecycle(OrderStore store, EventWriter events) {
        this.store = store;
        this.events = events;
    }

    /** Puts what is left of an order into its book. */
    void rest(LiveOrder order) {
        order.market.book().add(order.orderId(), order.side(), order.priceTicks, order.remainingLots);
        store.opened(order);
        if (order.request.reduceOnly()) {
            order.position.addReduceOnly(order);
        }
    }

    /** Cancels an order that rests in its book. */
    void cancelResting(LiveOrder order, CancelReason reason) {
        order.market.book().cancel(order.orderId());
        leaveBook(order);
        cancelRemainder(order, reason);
    }

    /** Cancels what is left of an order that does not rest. */
    void cancelRemainder(LiveOrder order, CancelReason reason) {
        long lots = order.remainingLots;
        order.remainingLots = 0;
        events.cancelled(order, reason, lots);
        close(order, reason.isExpiry() ? OrderStatus.EXPIRED : OrderStatus.CANCELLED);
    }

    /** A maker was filled whole: the book has let go of it already. */
    void makerFilled(LiveOrder order) {
        leaveBook(order);
        close(order, OrderStatus.FILLED);
    }

    void takerFilled(LiveOrder order) {
        close(order, OrderStatus.FILLED);
    }

    /** One of the order's trades is confirmed on chain. */
    void tradeConfirmed(LiveOrder order, byte[] signature, long slot) {
        order.unconfirmedTrades--;
        order.lastSignature = signature;
        order.lastSlot = slot;
        if (!order.status.isOpen() && order.unconfirmedTrades == 0) {
            settle(order);
        }
    }

    private void leaveBook(LiveOrder order) {
        store.noLongerOpen(order);
        if (order.request.reduceOnly()) {
            order.position.removeReduceOnly(order);
        }
    }

    private void close(LiveOrder order, OrderStatus status) {
        order.status = status;
        if (order.filledLots == 0) {
            store.retire(order);
        } else if (order.unconfirmedTrades == 0) {
            settle(order);
        }
    }

    private void settle(LiveOrder order) {
        order.status = OrderStatus.SETTLED;
        events.settled(order);
        store.retire(order);
    }
}
