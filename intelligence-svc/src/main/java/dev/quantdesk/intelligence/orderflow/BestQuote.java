package dev.quantdesk.intelligence.orderflow;

import java.math.BigDecimal;

/**
 * Best prices of a book with the sizes there.
 *
 * @param bidPrice USDC
 * @param bidSize in the book's quantity unit
 */
public record BestQuote(BigDecimal bidPrice, double bidSize, BigDecimal askPrice, double askSize) {

    /** Whether prices and sizes are the same; 2.50 is the same price as 2.5. */
    public boolean isSameAs(BestQuote other) {
        return bidPrice.compareTo(other.bidPrice) == 0
                && askPrice.compareTo(other.askPrice) == 0
                && bidSize == other.bidSize
                && askSize == other.askSize;
    }
}
