package dev.quantdesk.execution.engine;

import java.util.ArrayList;
import java.util.List;

/** How large the tips of an iceberg are, from its terms alone: the engine shows them, and a preview does. */
public final class IcebergTips {
    private static final long BPS = 10_000;

    private IcebergTips() {}

    /** The lots of one tip, counted from 0, where {@code unfilledLots} are left; the last one may be smaller than any other. */
    static long lots(AlgoTerms.Iceberg terms, int tip, long unfilledLots) {
        long bps = BPS + SeededDraws.around(terms.seed(), tip, terms.sizeRandomBps());
        return Math.min(unfilledLots, Math.max(1, terms.visibleLots() * bps / BPS));
    }

    /** The least that chance may leave to a tip that is not the last. */
    public static long tipLotsMin(AlgoTerms.Iceberg terms) {
        return terms.visibleLots() * (BPS - terms.sizeRandomBps()) / BPS;
    }

    /** The least that a tip must have, so that the market takes it and the quantity needs no more tips than there may be. */
    public static long tipLotsNeeded(long totalLots, long minLots) {
        return Math.max(minLots, Math.ceilDiv(totalLots, (long) AlgoTerms.CHILDREN_MAX));
    }

    /** The least visible lots whose tips all have {@code tipLots}. */
    public static long visibleLotsMin(AlgoTerms.Iceberg terms, long tipLots) {
        return Math.ceilDiv(tipLots * BPS, BPS - terms.sizeRandomBps());
    }

    /** All tips, in turn. */
    public static List<Long> plan(AlgoTerms.Iceberg terms, long totalLots) {
        List<Long> plan = new ArrayList<>();
        for (long left = totalLots; left > 0; left -= plan.getLast()) {
            plan.add(lots(terms, plan.size(), left));
        }
        return plan;
    }
}
