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

/** The price that an order met when it first took, and by how much its fills as a taker are better. */
final class Arrival {
    private long ticks;
    private ArrivalSource source = ArrivalSource.ARRIVAL_SOURCE_UNSPECIFIED;
    private long improvedTickLots;

    void open(EngineEvent.AuctionOpened opened) {
        ticks = opened.arrivalTicks();
        source = Wire.arrivalSource(opened);
    }

    void save(SnapshotWriter out) {
        out.int64(ticks).int8(source.getNumber()).int64(improvedTickLots);
    }

    void load(SnapshotReader in) {
        ticks = in.int64();
        source = ArrivalSource.forNumber(in.int8());
        improvedTickLots = in.int64();
    }

    /** A fill as a taker. Without an auction the first one is at the best price there was. */
    void took(EngineEvent.Trade trade) {
        if (ticks == 0) {
            ticks = trade.priceTicks();
            source = ArrivalSource.ARRIVAL_SOURCE_BOOK;
        }
        long better = trade.takerSide() == Side.BUY ? ticks - trade.priceTicks() : trade.priceTicks() - ticks;
        improvedTickLots = Math.addExact(improvedTickLots, Math.multiplyExact(better, trade.lots()));
    }

    void show(Market market, Order.Builder order) {
        show(ticks, source, improvedTickLots, market, order);
    }

    /** @param ticks 0 for an order that has taken nothing, which says nothing of it */
    static void show(long ticks, ArrivalSource source, long improvedTickLots, Market market, Order.Builder order) {
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
