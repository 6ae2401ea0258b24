package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * The times at which good-till-time orders end. An entry stays until its time, also when the order has ended before: there are
 * never more than live intents, for no order outlives its intent.
 */
final class Deadlines {
    private final PriorityQueue<Deadline> byTime =
            new PriorityQueue<>(Comparator.comparingLong(Deadline::millis).thenComparingLong(Deadline::orderId));

    private record Deadline(long millis, long orderId) {}

    void add(long millis, long orderId) {
        byTime.add(new Deadline(millis, orderId));
    }

    /** Names the orders whose time has come, by time, then id. */
    void reached(long nowMillis, LongConsumer orderId) {
        while (nextMillis() <= nowMillis) {
            orderId.accept(byTime.remove().orderId());
        }
    }

    /** The next time, Unix milliseconds, or {@link LiveIntents#NONE}. */
    long nextMillis() {
        return byTime.isEmpty() ? LiveIntents.NONE : byTime.peek().millis();
    }

    void save(SnapshotWriter out) {
        out.section("deadlines", 1).int32(byTime.size());
        byTime.forEach(deadline -> out.int64(deadline.millis()).int64(deadline.orderId()));
    }

    void load(SnapshotReader in) {
        in.section("deadlines", 1);
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            add(in.int64(), in.int64());
        }
    }

    /** A sum over all entries, whatever their order. */
    long hash() {
        long sum = 0;
        for (Deadline deadline : byTime) {
            sum += new StateHash()
                    .add(deadline.millis())
                    .add(deadline.orderId())
                    .value();
        }
        return sum;
    }
}
