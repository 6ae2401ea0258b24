package dev.quantdesk.execution.engine;

import java.util.function.Consumer;

/** The ways an accepted order comes to rest and to its end. */
final class OrderLifecycle {
    private final OrderStore store;
    private final AuctionBoard auctions;
    private final EventWriter events;
    private Consumer<LiveOrder> onClose = _ -> {};
    private Children children;

    /** Told when a child of an algo order has ended, after its last event. */
    interface Children {
        void filled(LiveOrder child);

        void cancelled(LiveOrder child, CancelReason reason);
    }

    OrderLifecycle(OrderStore store, AuctionBoard auctions, EventWriter events) {
        this.store = store;
        this.auctions = auctions;
        this.events = events;
    }

    /** Tells of every order that is closed, after its own events. */
    void onClose(Consumer<LiveOrder> listener) {
        onClose = listener;
    }

    /** Lets an order of a bracket wait until the bracket lets it go to work. */
    void pend(LiveOrder order) {
        order.status = OrderStatus.PENDING;
        store.opened(order);
    }

    /** Ends the waiting of an order for its bracket: it is to wait for its trigger or to be matched next. */
    void activate(LiveOrder order) {
        store.noLongerOpen(order);
        order.status = OrderStatus.OPEN;
    }

    /** Makes an open order smaller; one in the book keeps its place. */
    void shrinkOpen(LiveOrder order, long lots) {
        if (order.inBook) {
            order.market.book().reduce(order.orderId(), order.remainingLots - lots);
        }
        order.remainingLots = lots;
    }

    /** To be called once, before the first order. */
    void tell(Children listener) {
        children = listener;
    }

    /** Puts what is left of an order into its book. */
    void rest(LiveOrder order) {
        if (order.market.book().isFull()) {
            // Checked when an order is placed; one that comes later, from its trigger, may meet a full book.
            cancelRemainder(order, CancelReason.BOOK_FULL);
            return;
        }
        order.market.book().add(order.orderId(), order.side(), order.priceTicks, order.remainingLots);
        hasJoinedBook(order);
    }

    /** Puts an order that left its book for a moment back to its place in line. */
    void restAgain(LiveOrder order, long place) {
        if (order.market.book().isFull()) {
            cancelRemainder(order, CancelReason.BOOK_FULL);
            return;
        }
        order.market.book().putBack(order.orderId(), order.side(), order.priceTicks, order.remainingLots, place);
        hasJoinedBook(order);
    }

    private void hasJoinedBook(LiveOrder order) {
        order.inBook = true;
        store.opened(order);
        if (order.request.reduceOnly()) {
            order.position.addReduceOnly(order);
        }
        if (order.request.peg().follows()) {
            order.market.watch().follow(order);
        }
    }

    /** Lets an order wait for its trigger. */
    void await(LiveOrder order) {
        order.status = OrderStatus.UNTRIGGERED;
        order.market.watch().add(order);
        store.opened(order);
    }

    /** Ends the waiting of an order whose trigger was reached: it is to be matched next. */
    void fire(LiveOrder order) {
        stopWaiting(order);
        events.triggerDecided(order, true);
        order.status = OrderStatus.OPEN;
    }

    private void stopWaiting(LiveOrder order) {
        order.market.watch().remove(order);
        store.noLongerOpen(order);
    }

    /** Lets an order wait in an auction, as its taker or as a quote. */
    void enterAuction(LiveOrder order, Auction auction) {
        order.status = OrderStatus.IN_AUCTION;
        order.auction = auction;
        store.opened(order);
        if (order.hasAuction()) {
            return;
        }
        auction.add(order);
        if (order.request.reduceOnly()) {
            order.position.addReduceOnly(order);
        }
    }

    /** Takes the taker out of its auction: it is to be matched or cancelled next. */
    void leaveAuction(LiveOrder taker) {
        taker.auction = null;
        taker.status = taker.status == OrderStatus.IN_AUCTION ? OrderStatus.OPEN : taker.status;
        store.noLongerOpen(taker);
    }

    /** What is left of an auction's quotes ends with it. */
    void cancelQuotes(Auction auction) {
        auction.quotes().forEach(quote -> cancelResting(quote, CancelReason.AUCTION_ENDED));
    }

    private void cancelTaker(LiveOrder taker, CancelReason reason) {
        Auction auction = taker.auction;
        auctions.close(auction);
        leaveAuction(taker);
        events.auctionEnded(auction, AuctionOutcome.TAKER_ENDED);
        cancelRemainder(taker, reason);
        cancelQuotes(auction);
    }

    /** Cancels an open order, whether it rests, waits, takes part in an auction, or is on its way to be matched. */
    void cancelOpen(LiveOrder order, CancelReason reason) {
        if (order.isPending()) {
            store.noLongerOpen(order);
            if (order.request.trigger().waits()) {
                order.triggerTicks = order.market.watch().firstLevel(order);
                events.triggerDecided(order, false);
            }
            cancelRemainder(order, reason);
            return;
        }
        if (order.hasAuction()) {
            cancelTaker(order, reason);
            return;
        }
        if (order.isWaiting()) {
            stopWaiting(order);
            events.triggerDecided(order, false);
        } else if (order.inBook || order.auction != null) {
            leaveBook(order);
        }
        cancelRemainder(order, reason);
    }

    /** Cancels an order that rests in its book, or a quote. */
    void cancelResting(LiveOrder order, CancelReason reason) {
        leaveBook(order);
        cancelRemainder(order, reason);
    }

    /** Takes a resting order out of its book, or a quote out of its auction, to be matched anew or cancelled. */
    void leaveBook(LiveOrder order) {
        if (order.auction == null) {
            order.market.book().cancel(order.orderId());
        }
        hasLeftBook(order);
    }

    /** Cancels what is left of an order that does not rest. */
    void cancelRemainder(LiveOrder order, CancelReason reason) {
        long lots = order.remainingLots;
        order.remainingLots = 0;
        events.cancelled(order, reason, lots);
        close(order, reason.isExpiry() ? OrderStatus.EXPIRED : OrderStatus.CANCELLED);
        if (order.algo != null) {
            children.cancelled(order, reason);
        }
    }

    /** A maker was filled whole: the book has let go of it already. */
    void makerFilled(LiveOrder order) {
        hasLeftBook(order);
        filled(order);
    }

    void takerFilled(LiveOrder order) {
        filled(order);
    }

    private void filled(LiveOrder order) {
        close(order, OrderStatus.FILLED);
        if (order.algo != null) {
            children.filled(order);
        }
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

    private void hasLeftBook(LiveOrder order) {
        order.inBook = false;
        if (order.auction != null) {
            order.auction.remove(order);
            order.auction = null;
        }
        store.noLongerOpen(order);
        if (order.request.reduceOnly()) {
            order.position.removeReduceOnly(order);
        }
        if (order.request.peg().follows()) {
            order.market.watch().unfollow(order);
        }
    }

    private void close(LiveOrder order, OrderStatus status) {
        order.status = status;
        if (order.filledLots == 0) {
            store.retire(order);
        } else if (order.unconfirmedTrades == 0) {
            settle(order);
        }
        onClose.accept(order);
    }

    private void settle(LiveOrder order) {
        order.status = OrderStatus.SETTLED;
        events.settled(order);
        store.retire(order);
    }
}
