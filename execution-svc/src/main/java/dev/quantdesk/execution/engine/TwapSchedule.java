package dev.quantdesk.execution.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * When a TWAP trades how much, from its terms alone: the engine follows it, and a preview shows it. Slices divide the quantity in
 * proportion to weights around 10,000, by rounding what they add up to; so they are whole lots, and their sum is the quantity.
 */
public final class TwapSchedule {
    /** A slice that catches up is at most so many times the usual one. */
    public static final int CATCH_UP_SLICES = 3;

    private static final int BPS = 10_000;

    private final AlgoTerms.Twap terms;
    private final long totalLots;
    private final long totalWeight;

    /** A slice of a market that lets each fill. @param offsetMillis since the order was accepted */
    public record Slice(long offsetMillis, long lots) {}

    /** @param totalLots up to {@link MarketRules#LOTS_MAX} */
    public TwapSchedule(AlgoTerms.Twap terms, long totalLots) {
        Arguments.range("totalLots", totalLots, 1, MarketRules.LOTS_MAX);
        this.terms = terms;
        this.totalLots = totalLots;
        long sum = 0;
        for (int slice = 0; slice < terms.slices(); slice++) {
            sum += weight(slice);
        }
        this.totalWeight = sum;
    }

    int slices() {
        return terms.slices();
    }

    int weight(int slice) {
        return BPS + (int) SeededDraws.around(terms.seed(), 2L * slice, terms.sizeRandomBps());
    }

    /** When a slice comes, since the order was accepted: at its time, or by chance somewhat later, always before the next. */
    long offsetMillis(int slice) {
        long later = terms.intervalMillis() * terms.timeRandomBps() / BPS;
        return slice * terms.intervalMillis() + SeededDraws.below(terms.seed(), 2L * slice + 1, later + 1);
    }

    /** What the first slices have together, by the sum of their weights. Split, so that the product can't overflow. */
    long lotsUpTo(long weight) {
        return totalLots / totalWeight * weight + totalLots % totalWeight * weight / totalWeight;
    }

    /** What one slice may have at most, with what it catches up. */
    public long sliceLotsMax() {
        return CATCH_UP_SLICES * Math.ceilDiv(totalLots, (long) slices());
    }

    /** The least that chance may leave to a slice, whatever the seed. */
    public static long sliceLotsMin(AlgoTerms.Twap terms, long totalLots) {
        return totalLots * (BPS - terms.sizeRandomBps()) / ((long) terms.slices() * (BPS + terms.sizeRandomBps()));
    }

    /** The least quantity whose slices all have {@code minLots}. */
    public static long totalLotsMin(AlgoTerms.Twap terms, long minLots) {
        return Math.ceilDiv(
                minLots * terms.slices() * (BPS + terms.sizeRandomBps()), (long) (BPS - terms.sizeRandomBps()));
    }

    /** All slices, as they are where each fills whole. */
    public List<Slice> plan() {
        List<Slice> plan = new ArrayList<>(slices());
        long weight = 0;
        long planned = 0;
        for (int slice = 0; slice < slices(); slice++) {
            weight += weight(slice);
            long upTo = lotsUpTo(weight);
            plan.add(new Slice(offsetMillis(slice), upTo - planned));
            planned = upTo;
        }
        return plan;
    }
}
