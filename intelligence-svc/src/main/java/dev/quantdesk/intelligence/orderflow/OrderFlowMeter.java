package dev.quantdesk.intelligence.orderflow;

import java.time.Instant;
import java.util.Optional;

/**
 * Sums one market's order flow over intervals of one second and scores each against those before it. A second without
 * an event counts as an imbalance of zero in the statistics and is not reported. Not thread-safe; time comes in.
 */
public final class OrderFlowMeter {
    /** Intervals that a score is measured against. */
    public static final int WINDOW = 300;
    /** Intervals that must be known before a score is given. */
    public static final int WINDOW_KNOWN = 30;

    private final String market;
    private final RollingStatistics statistics = new RollingStatistics(WINDOW, WINDOW_KNOWN);
    private BestQuote last;
    private String unit = "";
    private long sequence;
    private boolean open;
    private long second;
    private double imbalance;
    private int events;

    public OrderFlowMeter(String market) {
        this.market = market;
    }

    /**
     * Starts from a whole book: what happened before it is unknown, so it adds nothing to the imbalance. An interval
     * that was cut off by the break is dropped.
     */
    public void restart(BestQuote quote, String quantityUnit, long bookSequence, Instant time) {
        last = quote;
        unit = quantityUnit;
        sequence = bookSequence;
        if (!open || time.getEpochSecond() > second) {
            openInterval(time.getEpochSecond());
        }
    }

    /** Says that a side of the book is empty, so that there is no quote to compare the next one with. */
    public void quoteLost() {
        last = null;
    }

    /**
     * Takes the best quote after a change of the book.
     *
     * @param time when the change reached the mesh; one earlier than the open interval counts as its start
     * @return the interval that this change has ended, if it had an event
     */
    public Optional<OrderFlow> observe(BestQuote quote, long bookSequence, Instant time) {
        Optional<OrderFlow> ended = advance(time);
        sequence = bookSequence;
        if (!open) {
            openInterval(time.getEpochSecond());
        }
        if (last != null && !quote.isSameAs(last)) {
            imbalance += OrderFlowImbalance.contribution(last, quote);
            events++;
        }
        last = quote;
        return ended;
    }

    /** Ends the open interval when it lies before {@code time}. */
    public Optional<OrderFlow> advance(Instant time) {
        if (!open || time.getEpochSecond() <= second) {
            return Optional.empty();
        }
        double score = statistics.score(imbalance);
        statistics.add(imbalance);
        Optional<OrderFlow> ended = events == 0 || last == null
                ? Optional.empty()
                : Optional.of(new OrderFlow(
                        market, imbalance, score, unit, events, last, sequence, Instant.ofEpochSecond(second)));
        long quiet = Math.min(WINDOW, time.getEpochSecond() - second - 1);
        for (long i = 0; i < quiet; i++) {
            statistics.add(0);
        }
        openInterval(time.getEpochSecond());
        return ended;
    }

    private void openInterval(long epochSecond) {
        open = true;
        second = epochSecond;
        imbalance = 0;
        events = 0;
    }
}
