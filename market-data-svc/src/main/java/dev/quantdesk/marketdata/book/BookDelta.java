package dev.quantdesk.marketdata.book;

import java.util.List;

/** Levels that change together; each price at most once a side. Immutable. */
public record BookDelta(List<Level> bids, List<Level> asks) {
    public BookDelta {
        bids = List.copyOf(bids);
        asks = List.copyOf(asks);
    }

    public static BookDelta of(BookSide side, Level level) {
        return side == BookSide.BUY
                ? new BookDelta(List.of(level), List.of())
                : new BookDelta(List.of(), List.of(level));
    }

    public boolean isEmpty() {
        return bids.isEmpty() && asks.isEmpty();
    }
}
