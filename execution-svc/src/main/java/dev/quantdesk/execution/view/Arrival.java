package dev.quantdesk.execution.view;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.Order;
import java.math.BigDecimal;

/**
 * The price that an order met when it first took, and by how much its fills as a taker are better. Immutable.
 *
 * @param ticks 0 for an order that has taken nothing
 */
record Arrival(long ticks, ArrivalSource source, long improvedTickLots) {
    static final Arrival NONE = new Arrival(0, ArrivalSource.ARRIVAL_SOURCE_UNSPECIFIED, 0);

    static Arrival at(EngineEvent.AuctionOpened opened) {
        return new Arrival(opened.arrivalTicks(), Wire.arrivalSource(opened), 0);
    }

    void save(SnapshotWriter out) {
        out.int64(ticks).int8(source.getNumber()).int64(improvedTickLots);
    }

    static Arrival load(SnapshotReader in) {
        return new Arrival(in.int64(), ArrivalSource.forNumber(in.int8()), in.int64());
    }

    /** After a fill as a taker. Without an auction the first one is at the best price there was. */
    Arrival took(EngineEvent.Trade trade) {
        if (ticks == 0) {
            return new Arrival(trade.priceTicks(), ArrivalSource.ARRIVAL_SOURCE_BOOK, 0);
        }
        long better = trade.takerSide() == Side.BUY ? ticks - trade.priceTicks() : trade.priceTicks() - ticks;
        return new Arrival(ticks, source, Math.addExact(improvedTickLots, Math.multiplyExact(better, trade.lots())));
    }

    /** Says nothing of an order that has taken nothing. */
    void show(Market market, Order.Builder order) {
        if (ticks > 0) {
            BigDecimal improvement = BigDecimal.valueOf(improvedTickLots)
                    .multiply(market.tickSize())
                    .multiply(market.lotSize());
            order.setArrivalPrice(market.price(ticks))
                    .setArrivalSource(source)
                    .setPriceImprovement(Decimals.plain(improvement));
        }
    }
}
