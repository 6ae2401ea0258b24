package dev.quantdesk.execution.engine;

import java.util.function.Supplier;

/** Decides on orders that fill whole or not at all by what those leave who came before them. */
final class FillOrKill {
    private final Auctions auctions;
    private final PriceReactions reactions;

    FillOrKill(Auctions auctions, PriceReactions reactions) {
        this.auctions = auctions;
        this.reactions = reactions;
    }

    /**
     * Checks what is to be placed with this order. Where that passes, auctions that came before a fill-or-kill order are filled first,
     * and it is checked again, until none is left that would take before it. Other orders are checked once.
     *
     * @param market null where it is not known, which the check refuses
     * @param check says why it is refused, or null; changes nothing
     * @return what the last check said
     */
    <R> R check(Command.PlaceOrder order, Market market, Supplier<R> check) {
        R refusal = check.get();
        while (refusal == null
                && order.timeInForce() == TimeInForce.FOK
                && auctions.goFirst(market, order.side(), order.priceTicks())) {
            reactions.afterTrades(market);
            refusal = check.get();
        }
        return refusal;
    }
}
