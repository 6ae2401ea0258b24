package dev.quantdesk.intelligence.orderflow;

import java.time.Instant;

/**
 * Order flow of one market over one second.
 *
 * @param imbalance in the quantity unit; above zero for net buying pressure
 * @param score standard deviations from the mean of the 300 intervals before; 0 until 30 are known
 * @param eventCount changes of the best prices or sizes, at least 1
 * @param last best quote at the end
 * @param bookSequence sequence of the book at the end
 * @param startTime start of the interval, on a whole second
 */
public record OrderFlow(
        String market,
        double imbalance,
        double score,
        String quantityUnit,
        int eventCount,
        BestQuote last,
        long bookSequence,
        Instant startTime) {

    public Instant endTime() {
        return startTime.plusSeconds(1);
    }
}
