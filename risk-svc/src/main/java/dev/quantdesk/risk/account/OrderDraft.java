package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Side;

/**
 * An order that margin is wanted for.
 *
 * @param priceTicks limit price, or the worst price it may trade at; above zero
 * @param lots above zero
 * @param reduceOnly whether the engine lets it only reduce the position; it needs no margin then
 * @param replacesOrderId the open order that is amended to be this one, or {@link #NEW_ORDER}
 */
public record OrderDraft(
        Market market, Side side, long priceTicks, long lots, boolean reduceOnly, long replacesOrderId) {
    /** Stands for an order that replaces none. */
    public static final long NEW_ORDER = 0;

    public OrderDraft(Market market, Side side, long priceTicks, long lots, boolean reduceOnly) {
        this(market, side, priceTicks, lots, reduceOnly, NEW_ORDER);
    }
}
