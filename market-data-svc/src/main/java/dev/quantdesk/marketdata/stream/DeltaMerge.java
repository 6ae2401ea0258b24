package dev.quantdesk.marketdata.stream;

import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes one change of several; the last one to name a price counts. */
final class DeltaMerge {
    private DeltaMerge() {}

    static BookDelta merge(List<BookDelta> deltas) {
        return new BookDelta(side(deltas, BookDelta::bids), side(deltas, BookDelta::asks));
    }

    private static List<Level> side(List<BookDelta> deltas, Function<BookDelta, List<Level>> side) {
        Map<Long, Level> last = new LinkedHashMap<>();
        deltas.forEach(delta -> side.apply(delta).forEach(level -> last.put(level.priceSteps(), level)));
        return List.copyOf(last.values());
    }
}
