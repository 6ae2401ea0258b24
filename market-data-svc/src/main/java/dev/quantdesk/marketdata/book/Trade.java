package dev.quantdesk.marketdata.book;

import java.time.Instant;

/**
 * A trade with its place in the market's own sequence.
 *
 * @param sequence starts at 1 and grows by one within an epoch
 * @param receiveTime when the trade reached this process
 */
public record Trade(long sequence, long epoch, Print print, Instant receiveTime) {

    /** A trade as its source reports it. @param taker side of the order that took liquidity */
    public record Print(long priceSteps, long lots, BookSide taker, String venueTradeId, Instant venueTime) {
        public Print {
            if (priceSteps <= 0 || lots <= 0) {
                throw new IllegalArgumentException("a trade of " + lots + " lots at " + priceSteps + " steps");
            }
        }
    }
}
