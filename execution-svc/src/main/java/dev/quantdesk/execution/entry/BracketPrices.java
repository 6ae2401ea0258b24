package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.ExitLevel;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import java.util.List;
import java.util.Optional;

/** Holds the exits' prices against the limit of their entry: an exit on the wrong side would go to work at once. Pure. */
final class BracketPrices {
    private BracketPrices() {}

    /** @throws ApiException where an exit's price or trigger is not beyond the entry's limit on its side */
    static void check(List<BracketRequest.Leg> legs, List<OrderTicket> tickets) {
        OrderTicket entry = tickets.getFirst();
        if (legs.getFirst().role() != LegRole.ENTRY || !ExitLevel.isBoundBy(entry.type(), entry.peg())) {
            return;
        }
        for (int i = 1; i < legs.size(); i++) {
            BracketRequest.Leg leg = legs.get(i);
            OrderTicket exit = tickets.get(i);
            Optional<ExitLevel> wrong = ExitLevel.of(leg.role(), entry.side(), exit.trigger(), exit.limitTicks())
                    .filter(level -> !level.isBeyond(entry.limitTicks()));
            if (wrong.isPresent()) {
                throw refusal(leg.name(), wrong.get(), entry);
            }
        }
    }

    private static ApiException refusal(String leg, ExitLevel level, OrderTicket entry) {
        long limit = entry.limitTicks();
        Market market = entry.market();
        String field = level.byTrigger() ? "trigger_price" : "price";
        long nearest = level.nearestTo(limit);
        ApiException.Builder refusal = BracketRequest.invalid(
                        leg + "." + field,
                        "The " + field + " of " + leg + " is not " + (level.above() ? "above" : "below")
                                + " the entry's limit.")
                .with("leg", leg)
                .with("limit", "entry_price")
                .with("value", market.price(level.ticks()))
                .with("bound", market.price(limit));
        boolean exists = nearest >= 1 && nearest <= market.maxPriceTicks();
        return (exists ? refusal.with("suggested_price", market.price(nearest)) : refusal).build();
    }
}
