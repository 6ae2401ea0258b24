package dev.quantdesk.execution.engine;

/**
 * What an order of one market may be. Prices run from 1 tick.
 *
 * @param marketId from 1
 * @param minLots least lots of an order, from 1
 * @param maxLots most lots of an order, up to {@link #LOTS_MAX}
 * @param maxPriceTicks highest price; times {@code maxLots} it must fit a long, so that no order's notional overflows
 */
public record MarketRules(int marketId, long minLots, long maxLots, long maxPriceTicks) {
    /** With at most {@link EngineLimits#OPEN_ORDERS_MAX} open orders, the sum of their lots fits a long. */
    public static final long LOTS_MAX = 1L << 40;

    public MarketRules {
        Arguments.range("marketId", marketId, 1, Integer.MAX_VALUE);
        Arguments.range("maxLots", maxLots, 1, LOTS_MAX);
        Arguments.range("minLots", minLots, 1, maxLots);
        Arguments.range("maxPriceTicks", maxPriceTicks, 1, Long.MAX_VALUE / maxLots);
    }
}
