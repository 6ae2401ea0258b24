package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Side;

/** An order that the engine holds or is about to trade. @param lots what is left to trade, above zero */
public record OpenOrder(long orderId, Market market, Side side, long priceTicks, long lots, boolean reduceOnly) {
    OpenOrder withLots(long left) {
        return new OpenOrder(orderId, market, side, priceTicks, left, reduceOnly);
    }
}
