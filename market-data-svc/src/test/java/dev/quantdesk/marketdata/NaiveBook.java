package dev.quantdesk.marketdata;

import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client's copy of a book in the plainest form there is; also checks that sequences have no hole. */
public final class NaiveBook {
    private final Map<Long, Long> bids = new HashMap<>();
    private final Map<Long, Long> asks = new HashMap<>();
    private long sequence;
    private long epoch;

    public void accept(BookStep step) {
        switch (step) {
            case BookStep.View view -> {
                bids.clear();
                asks.clear();
                apply(new BookDelta(view.bids(), view.asks()));
            }
            case BookStep.Change change -> {
                if (change.sequence() != sequence + 1 || change.epoch() != epoch) {
                    throw new AssertionError("sequence " + change.sequence() + " after " + sequence);
                }
                apply(change.delta());
            }
        }
        sequence = step.sequence();
        epoch = step.epoch();
    }

    private void apply(BookDelta delta) {
        delta.bids().forEach(level -> set(bids, level));
        delta.asks().forEach(level -> set(asks, level));
    }

    private static void set(Map<Long, Long> side, Level level) {
        if (level.lots() == 0) {
            side.remove(level.priceSteps());
        } else {
            side.put(level.priceSteps(), level.lots());
        }
    }

    public boolean isCrossed() {
        return !bids.isEmpty()
                && !asks.isEmpty()
                && bids.keySet().stream().mapToLong(p -> p).max().getAsLong()
                        >= asks.keySet().stream().mapToLong(p -> p).min().getAsLong();
    }

    /** Best first. */
    public List<Level> bids() {
        return bids.entrySet().stream()
                .sorted(Map.Entry.<Long, Long>comparingByKey().reversed())
                .map(e -> new Level(e.getKey(), e.getValue()))
                .toList();
    }

    /** Best first. */
    public List<Level> asks() {
        return asks.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> new Level(e.getKey(), e.getValue()))
                .toList();
    }

    public long sequence() {
        return sequence;
    }

    public long epoch() {
        return epoch;
    }
}
