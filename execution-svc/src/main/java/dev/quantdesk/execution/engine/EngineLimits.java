package dev.quantdesk.execution.engine;

/**
 * Every bound on what the engine keeps. They are part of what makes a replay exact: a log must be replayed with the
 * limits it was written with.
 *
 * @param openOrdersPerAccount resting orders of one account over all markets; default 1,000
 * @param openOrders resting orders in all; default 262,144
 * @param ordersPerBook resting orders of one market; default 131,072
 * @param liveIntentsPerSigner intents of one signer that have not expired, whatever became of them; default 50,000
 * @param liveIntents the same over all signers; default 1,000,000
 * @param intentLifeMillis longest time from acceptance to an intent's expiry; default 30 days
 * @param closedOrders closed and settled orders whose client order id is remembered, the oldest forgotten first;
 *     default 100,000. Closed orders that wait for settlement are remembered on top of these
 * @param refusals refused orders whose reservation id is remembered, the oldest forgotten first; default 65,536
 * @param accounts accounts that have placed an order; default 1,000,000
 * @param unsettledTrades trades not confirmed on chain at which new orders are refused; default 1,000,000. The last
 *     order taken may go beyond by the trades it makes
 * @param positionLots size a position may reach with the order that is placed; default 2^60 lots
 */
public record EngineLimits(
        int openOrdersPerAccount,
        int openOrders,
        int ordersPerBook,
        int liveIntentsPerSigner,
        int liveIntents,
        long intentLifeMillis,
        int closedOrders,
        int refusals,
        int accounts,
        int unsettledTrades,
        long positionLots) {
    /** Orders at most in all: with {@link MarketRules#LOTS_MAX} it bounds every sum of open lots. */
    public static final int OPEN_ORDERS_MAX = 1 << 20;

    /** Fills of resting orders may take a position beyond the limit; this leaves them room in a long. */
    public static final long POSITION_LOTS_MAX = 1L << 61;

    public static final EngineLimits DEFAULTS = new EngineLimits(
            1_000,
            262_144,
            131_072,
            50_000,
            1_000_000,
            30L * 24 * 60 * 60 * 1000,
            100_000,
            65_536,
            1_000_000,
            1_000_000,
            1L << 60);

    public EngineLimits {
        Arguments.range("openOrders", openOrders, 1, OPEN_ORDERS_MAX);
        Arguments.range("openOrdersPerAccount", openOrdersPerAccount, 1, openOrders);
        Arguments.range("ordersPerBook", ordersPerBook, 1, openOrders);
        Arguments.range("liveIntents", liveIntents, 1, Integer.MAX_VALUE);
        Arguments.range("liveIntentsPerSigner", liveIntentsPerSigner, 1, liveIntents);
        Arguments.range("intentLifeMillis", intentLifeMillis, 1000, 366L * 24 * 60 * 60 * 1000);
        Arguments.range("closedOrders", closedOrders, 1, Integer.MAX_VALUE);
        Arguments.range("refusals", refusals, 1, Integer.MAX_VALUE);
        Arguments.range("accounts", accounts, 1, Integer.MAX_VALUE);
        Arguments.range("unsettledTrades", unsettledTrades, 1, Integer.MAX_VALUE);
        Arguments.range("positionLots", positionLots, 1, POSITION_LOTS_MAX);
    }
}
