package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.ArrayList;
import java.util.List;

/** What an account holds in one market, as its trades add up, and its resting orders that may only reduce it. */
final class Position {
    private long lots;

    /** In the order they came to rest; at most as many as an account may have open. */
    private final List<LiveOrder> restingReduceOnly = new ArrayList<>(0);

    /** Positive when long, negative when short. */
    long lots() {
        return lots;
    }

    void apply(Side side, long filledLots) {
        lots = Math.addExact(lots, side.signed(filledLots));
    }

    /** Without its orders, which are not known when it is loaded. */
    void save(SnapshotWriter out) {
        out.int64(lots);
    }

    void load(SnapshotReader in) {
        lots = in.int64();
    }

    /** Those that only reduce, in the order in which they would be cancelled. */
    List<LiveOrder> restingReduceOnly() {
        return restingReduceOnly;
    }

    /** Lots an order on {@code side} can trade before the position is flat. */
    long reducibleLots(Side side) {
        return Math.max(0, side == Side.SELL ? lots : -lots);
    }

    void addReduceOnly(LiveOrder order) {
        restingReduceOnly.add(order);
    }

    void removeReduceOnly(LiveOrder order) {
        restingReduceOnly.remove(order);
    }

    /** The resting reduce-only orders that have nothing left to reduce, oldest first. */
    List<LiveOrder> voidReduceOnly() {
        if (restingReduceOnly.isEmpty()) {
            return List.of();
        }
        return restingReduceOnly.stream()
                .filter(order -> reducibleLots(order.side()) == 0)
                .toList();
    }
}
