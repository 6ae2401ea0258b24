package dev.quantdesk.execution.engine;

/** Lets the prices of a market act on the orders that wait for them or follow them. */
final class PriceReactions {
    private final OrderLifecycle lifecycle;
    private final Matcher matcher;
    private final EventWriter events;
    private final Brackets brackets;

    PriceReactions(OrderLifecycle lifecycle, Matcher matcher, EventWriter events, Brackets brackets) {
        this.lifecycle = lifecycle;
        this.matcher = matcher;
        this.events = events;
        this.brackets = brackets;
    }

    /** Prices from outside. @return how many of them are new */
    int onPrices(Market market, Command.SetPrices prices) {
        if (!market.watch().isNewer(prices.priceMillis())) {
            return 0;
        }
        boolean mark = market.watch().price(PriceSource.MARK, prices.markTicks());
        boolean index = market.watch().price(PriceSource.INDEX, prices.indexTicks());
        if (mark) {
            reprice(market, PriceSource.MARK);
        }
        if (index) {
            reprice(market, PriceSource.INDEX);
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
        for (LiveOrder due = market.watch().nextDue();
                due != null;
                due = market.watch().nextDue()) {
            lifecycle.fire(due);
            brackets.fired(due);
            matcher.execute(due);
            brackets.size(matcher);
        }
    }

    /** Moves the orders that follow a price, by id. One that would now trade at its new price does. */
    private void reprice(Market market, PriceSource source) {
        for (LiveOrder order : market.watch().following(source)) {
            if (!order.inBook) {
                // The trades of one before it have closed it.
                continue;
            }
            long ticks = PlacementChecks.workingPrice(order.request, market);
            boolean takes =
                    order.request.postOnly() != PostOnly.NO && market.book().crosses(order.side(), ticks);
            // A post-only order that has nowhere to slide to stays where it is.
            if (ticks != order.priceTicks && !takes) {
                lifecycle.leaveBook(order);
                order.priceTicks = ticks;
                events.repriced(order, market.watch().ticks(source));
                matcher.execute(order);
            }
        }
    }
}
