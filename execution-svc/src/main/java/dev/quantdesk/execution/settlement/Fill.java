package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.book.Side;

/**
 * A trade that waits for settlement.
 *
 * @param tradeId the engine's, from 1
 * @param priceTicks the price traded at
 * @param lots the quantity traded
 * @param timeMillis the engine's time of the trade, Unix milliseconds
 */
record Fill(
        long tradeId,
        int marketId,
        Side takerSide,
        long priceTicks,
        long lots,
        long timeMillis,
        SignedOrder maker,
        SignedOrder taker) {}
