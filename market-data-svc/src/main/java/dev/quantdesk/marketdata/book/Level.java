package dev.quantdesk.marketdata.book;

/**
 * A price level, or a change of one.
 *
 * @param priceSteps price in the instrument's price steps, above zero
 * @param lots total quantity in the instrument's quantity steps; 0 removes the level
 */
public record Level(long priceSteps, long lots) {
    public Level {
        if (priceSteps <= 0 || lots < 0) {
            throw new IllegalArgumentException("a level of " + lots + " lots at " + priceSteps + " steps");
        }
    }
}
