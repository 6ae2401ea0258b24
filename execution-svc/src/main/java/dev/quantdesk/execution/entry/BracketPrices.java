package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import java.util.List;

/** Holds the exits' prices against the limit of their entry: an exit on the wrong side would go to work at once. Pure. */
final class BracketPrices {
    private BracketPrices() {}

    /** @throws ApiException where an exit's price or trigger is not beyond the entry's limit on its side */
    static void check(List<BracketRequest.Leg> legs, List<OrderTicket> tickets) {
        OrderTicket entry = tickets.getFirst();
        boolean bounded = legs.getFirst().role() == LegRole.ENTRY
                && entry.type() == OrderType.LIMIT
                && !entry.peg().follows();
        if (!bounded) {
            return;
        }
        for (int i = 1; i < legs.size(); i++) {
            OrderTicket exit = tickets.get(i);
            boolean target = legs.get(i).role() == LegRole.TAKE_PROFIT;
            boolean byTrigger = exit.trigger().waits() && !exit.trigger().trails();
            boolean byPrice = target && !exit.trigger().waits();
            if (byTrigger || byPrice) {
                boolean above = (entry.side() == Side.BUY) == target;
                check(
                        legs.get(i).name(),
                        byTrigger,
                        above,
                        entry,
                        byTrigger ? exit.trigger().value() : exit.limitTicks());
            }
        }
    }

    private static void check(String leg, boolean byTrigger, boolean above, OrderTicket entry, long ticks) {
        long limit = entry.limitTicks();
        if (above ? ticks > limit : ticks < limit) {
            return;
        }
        Market market = entry.market();
        String field = byTrigger ? "trigger_price" : "price";
        long nearest = above ? limit + 1 : limit - 1;
        ApiException.Builder refusal = BracketRequest.invalid(
                        leg + "." + field,
                        "The " + field + " of " + leg + " is not " + (above ? "above" : "below")
                                + " the entry's limit.")
                .with("leg", leg)
                .with("limit", "entry_price")
                .with("value", market.price(ticks))
                .with("bound", market.price(limit));
        boolean exists = nearest >= 1 && nearest <= market.maxPriceTicks();
        throw (exists ? refusal.with("suggested_price", market.price(nearest)) : refusal).build();
    }
}
