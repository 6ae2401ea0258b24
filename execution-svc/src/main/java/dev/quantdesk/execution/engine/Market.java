package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.OrderBook;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/** One market: its rules, what rests in it, and what waits for its prices. */
record Market(MarketRules rules, OrderBook book, PriceWatch watch) {
    /** The prices, and for each side the orders' ids in priority, ended by 0: what they are, the orders know themselves. */
    void save(SnapshotWriter out) {
        out.section("market", 1).int32(rules.marketId());
        watch.save(out);
        for (Side side : Side.values()) {
            book.walk(side, order -> {
                out.int64(order.orderId());
                return true;
            });
            out.int64(0);
        }
    }

    void load(SnapshotReader in, OrderStore store) {
        in.section("market", 1);
        if (in.int32() != rules.marketId()) {
            throw new SnapshotException("the snapshot has another market where " + rules.marketId() + " was expected");
        }
        watch.load(in);
        for (Side side : Side.values()) {
            for (long orderId = in.int64(); orderId != 0; orderId = in.int64()) {
                LiveOrder order = store.known(orderId);
                book.add(orderId, side, order.priceTicks, order.remainingLots);
                order.inBook = true;
                if (order.request.peg().follows()) {
                    watch.follow(order);
                }
            }
        }
    }
}
