package dev.quantdesk.execution.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Lets the prices of a market act on the orders that wait for them or follow them. */
final class PriceReactions {
    private final OrderLifecycle lifecycle;
    private final Matcher matcher;
    private final EventWriter events;
    private final Brackets brackets;
    /** Orders whose triggers have fired, which are to be carried out next; empty between commands. */
    private final ArrayDeque<LiveOrder> fired = new ArrayDeque<>();

    PriceReactions(OrderLifecycle lifecycle, Matcher matcher, EventWriter events, Brackets brackets) {
        this.lifecycle = lifecycle;
        this.matcher = matcher;
        this.events = events;
        this.brackets = brackets;
    }

    /** An order on its way to another price. @param place its place in line at the one it had */
    private record Moving(LiveOrder order, long place) {}

    /** Prices from outside. @return how many of them are new */
    int onPrices(Market market, Command.SetPrices prices) {
        if (!market.watch().isNewer(prices.priceMillis())) {
            return 0;
        }
        boolean mark = market.watch().price(PriceSource.MARK, prices.markTicks());
        boolean index = market.watch().price(PriceSource.INDEX, prices.indexTicks());
        if (mark || index) {
            reprice(market);
        }
        afterTrades(market);
        return (mark ? 1 : 0) + (index ? 1 : 0);
    }

    /**
     * Sizes the exits of brackets that have entered, then fires what is due, one order at a time: the trades of one may make another
     * due, or enter more. Each order fires once, so it ends.
     */
    void afterTrades(Market market) {
        brackets.size(matcher);
        for (LiveOrder due = nextFired(market); due != null; due = nextFired(market)) {
            // What others traded after it has fired may have been its bracket's, which ended it.
            if (due.status.isOpen()) {
                matcher.execute(due);
                brackets.size(matcher);
            }
        }
    }

    private LiveOrder nextFired(Market market) {
        if (fired.isEmpty()) {
            fire(market.watch().nextDue());
        }
        return fired.poll();
    }

    /** @param due null for none */
    private void fire(LiveOrder due) {
        if (due != null) {
            lifecycle.fire(due);
            brackets.fired(due);
            fired.add(due);
        }
    }

    /**
     * Moves the orders that follow a price. All that are not where they would be by the prices as they are leave the book first, so that
     * none of them trades at a price of before; then each comes back, by id, and trades where it crosses. What such a trade makes due by
     * the last price fires at once, for the next one may take that price away again, and goes to work when all have come back.
     */
    private void reprice(Market market) {
        List<Moving> moving = new ArrayList<>();
        for (LiveOrder order : market.watch().following()) {
            if (market.watch().peggedTicks(order.request) != order.priceTicks) {
                moving.add(new Moving(order, market.book().place(order.orderId())));
                lifecycle.leaveBook(order);
            }
        }
        for (Moving next : moving) {
            // The trades of one before it may have closed it.
            if (next.order().status.isOpen()) {
                comeBack(next.order(), next.place(), market);
                fireReached(market);
            }
        }
    }

    private void comeBack(LiveOrder order, long place, Market market) {
        long ticks = PlacementChecks.workingPrice(order.request, market);
        boolean takes = order.request.postOnly() != PostOnly.NO && market.book().crosses(order.side(), ticks);
        if (takes) {
            // It has nowhere to slide to, and where it was it would take too.
            lifecycle.cancelRemainder(order, CancelReason.BOOK_FULL);
        } else if (ticks != order.priceTicks) {
            order.priceTicks = ticks;
            events.repriced(order, market.watch().ticks(order.request.peg().source()));
            matcher.execute(order);
        } else if (order.reducibleLots() == 0) {
            lifecycle.cancelRemainder(order, CancelReason.REDUCE_ONLY);
        } else {
            // It slid to the price that it had, and has not lost its place there.
            lifecycle.restAgain(order, place);
        }
    }

    private void fireReached(Market market) {
        for (LiveOrder due = market.watch().nextDue(PriceSource.LAST);
                due != null;
                due = market.watch().nextDue(PriceSource.LAST)) {
            fire(due);
        }
    }
}
