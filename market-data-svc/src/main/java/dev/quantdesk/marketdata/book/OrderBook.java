package dev.quantdesk.marketdata.book;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Price levels of two sides. Not thread-safe. */
public final class OrderBook {
    /** Levels that one side may have; real venues show a few hundred to a few thousand. */
    public static final int MAX_LEVELS = 10_000;

    private final NavigableMap<Long, Long> bids = new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<Long, Long> asks = new TreeMap<>();

    /**
     * Applies a change.
     *
     * @return the change that takes this one back
     * @throws BookIntegrityException when a side outgrows {@link #MAX_LEVELS}; the change has been applied then
     */
    public BookDelta apply(BookDelta delta) throws BookIntegrityException {
        BookDelta inverse = new BookDelta(apply(bids, delta.bids()), apply(asks, delta.asks()));
        if (bids.size() > MAX_LEVELS || asks.size() > MAX_LEVELS) {
            throw new BookIntegrityException("a side with more than " + MAX_LEVELS + " levels");
        }
        return inverse;
    }

    private static List<Level> apply(NavigableMap<Long, Long> side, List<Level> changes) {
        List<Level> inverse = new ArrayList<>(changes.size());
        for (Level change : changes) {
            Long before = change.lots() == 0
                    ? side.remove(change.priceSteps())
                    : side.put(change.priceSteps(), change.lots());
            inverse.add(new Level(change.priceSteps(), before == null ? 0 : before));
        }
        return inverse;
    }

    public void clear() {
        bids.clear();
        asks.clear();
    }

    /** The change that turns this book into one with the given levels; empty when it holds just those. */
    public BookDelta differenceTo(List<Level> wantedBids, List<Level> wantedAsks) {
        return new BookDelta(difference(bids, wantedBids), difference(asks, wantedAsks));
    }

    private static List<Level> difference(Map<Long, Long> side, List<Level> wanted) {
        Map<Long, Long> gone = new TreeMap<>(side);
        List<Level> changes = new ArrayList<>();
        for (Level level : wanted) {
            Long lots = gone.remove(level.priceSteps());
            if (lots == null || lots != level.lots()) {
                changes.add(level);
            }
        }
        gone.keySet().forEach(price -> changes.add(new Level(price, 0)));
        return changes;
    }

    /** Whether the best bid is at or above the best ask. */
    public boolean isCrossed() {
        return !bids.isEmpty() && !asks.isEmpty() && bids.firstKey() >= asks.firstKey();
    }

    public OptionalLong bestBid() {
        return bids.isEmpty() ? OptionalLong.empty() : OptionalLong.of(bids.firstKey());
    }

    public OptionalLong bestAsk() {
        return asks.isEmpty() ? OptionalLong.empty() : OptionalLong.of(asks.firstKey());
    }

    /** The best {@code depth} levels of a side, best first. */
    public List<Level> levels(BookSide side, int depth) {
        return (side == BookSide.BUY ? bids : asks)
                .entrySet().stream()
                        .limit(depth)
                        .map(level -> new Level(level.getKey(), level.getValue()))
                        .toList();
    }
}
