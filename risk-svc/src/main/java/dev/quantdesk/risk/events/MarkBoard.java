package dev.quantdesk.risk.events;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Marks.Mark;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The latest mark price of each market. Thread-safe. */
public final class MarkBoard {
    private final Duration maxAge;
    private volatile Map<Integer, Mark> marks = Map.of();

    public MarkBoard(Duration maxAge) {
        this.maxAge = maxAge;
    }

    /**
     * Takes a mark over unless a later one is known.
     *
     * @param takenMillis Unix time; one that lies ahead of {@code nowMillis} counts as taken now, or it would never age
     */
    synchronized void put(Market market, long ticks, long takenMillis, long nowMillis) {
        Mark known = marks.get(market.id());
        long taken = Math.min(takenMillis, nowMillis);
        if (known != null && known.takenMillis() > taken) {
            return;
        }
        Map<Integer, Mark> changed = new HashMap<>(marks);
        changed.put(market.id(), new Mark(ticks, taken));
        marks = Map.copyOf(changed);
    }

    /** Age above which a mark is not used to decide about an order. */
    public Duration maxAge() {
        return maxAge;
    }

    /** The marks of this moment. */
    public Marks at(long nowMillis) {
        return new Marks(marks, nowMillis - maxAge.toMillis());
    }
}
