package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Side;

/**
 * An order that margin is wanted for.
 *
 * @param priceTicks limit price, or the worst price it may trade at; above zero
 * @param lots above zero
 * @param reduceOnly whether the engine lets it only reduce the position; it needs no margin then
 */
public record OrderDraft(Market market, Side side, long priceTicks, long lots, boolean reduceOnly) {}
