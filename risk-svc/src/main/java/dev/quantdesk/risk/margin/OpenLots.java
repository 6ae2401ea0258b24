package dev.quantdesk.risk.margin;

import java.util.Map;
import java.util.TreeMap;

/**
 * Lots of one side that wait to trade, by price. Holds at most as many prices as the account has orders and
 * reservations. Not thread-safe.
 */
final class OpenLots {
    private final Side side;
    private final TreeMap<Long, Long> lotsByTicks = new TreeMap<>();
    private long lots;
    private long notional;

    OpenLots(Side side) {
        this.side = side;
    }

    /** @throws ArithmeticException when a sum does not fit a long; nothing is changed then */
    void add(long ticks, long added) {
        long newNotional = Math.addExact(notional, Math.multiplyExact(ticks, added));
        long newLots = Math.addExact(lots, added);
        lotsByTicks.merge(ticks, added, Long::sum);
        lots = newLots;
        notional = newNotional;
    }

    /** Takes away lots that were added at this price before. */
    void remove(long ticks, long removed) {
        Long held = lotsByTicks.get(ticks);
        if (held == null || held < removed) {
            throw new IllegalStateException("there are " + held + " lots at " + ticks + ", not " + removed);
        }
        if (held == removed) {
            lotsByTicks.remove(ticks);
        } else {
            lotsByTicks.put(ticks, held - removed);
        }
        lots -= removed;
        notional -= ticks * removed;
    }

    void clear() {
        lotsByTicks.clear();
        lots = 0;
        notional = 0;
    }

    long lots() {
        return lots;
    }

    /** Notional of all lots but the {@code closing} ones with the lowest price, in ticks times lots. */
    long opening(long closing) {
        if (closing >= lots) {
            return 0;
        }
        long left = closing;
        long opening = notional;
        for (Map.Entry<Long, Long> level : lotsByTicks.entrySet()) {
            if (left == 0) {
                break;
            }
            long taken = Math.min(left, level.getValue());
            opening -= level.getKey() * taken;
            left -= taken;
        }
        return opening;
    }

    /**
     * What is lost at once when all lots trade at their price while the mark is {@code markTicks}; ticks times lots.
     */
    long lossAgainst(long markTicks) {
        Map<Long, Long> through =
                side == Side.BUY ? lotsByTicks.tailMap(markTicks, false) : lotsByTicks.headMap(markTicks, false);
        long loss = 0;
        for (Map.Entry<Long, Long> level : through.entrySet()) {
            long perLot = Math.absExact(level.getKey() - markTicks);
            loss = Math.addExact(loss, Math.multiplyExact(perLot, level.getValue()));
        }
        return loss;
    }
}
