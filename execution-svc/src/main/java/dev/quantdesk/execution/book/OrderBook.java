package dev.quantdesk.execution.book;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The resting orders of one market by price, then time. Only the first order at the best price can be filled, so
 * price-time priority cannot be broken from outside. Best price in constant time; adding and cancelling cost a map
 * operation and a search among the few pages of prices. One thread.
 */
public final class OrderBook {
    private final int maxOrders;
    private final BookSide bids = new BookSide(Side.BUY);
    private final BookSide asks = new BookSide(Side.SELL);
    private final Long2ObjectHashMap<BookOrder> ordersById = new Long2ObjectHashMap<>();
    private final ArrayDeque<BookOrder> freeOrders = new ArrayDeque<>();
    private final ArrayDeque<PriceLevel> freeLevels = new ArrayDeque<>();
    private long lastPlace;

    /** @param maxOrders orders the book holds at most */
    public OrderBook(int maxOrders) {
        this.maxOrders = maxOrders;
    }

    public int size() {
        return ordersById.size();
    }

    public boolean isFull() {
        return ordersById.size() >= maxOrders;
    }

    /** Whether an order on {@code side} with this limit would trade at once. */
    public boolean crosses(Side side, long limitPriceTicks) {
        PriceLevel best = side(side.opposite()).best();
        return best != null && side.crosses(limitPriceTicks, best.priceTicks);
    }

    /** The order next in line on {@code side}, or null when nothing rests there. */
    public BookOrder best(Side side) {
        PriceLevel best = side(side).best();
        return best == null ? null : best.first;
    }

    /** The resting order with this id, or null. */
    public BookOrder find(long orderId) {
        return ordersById.get(orderId);
    }

    /**
     * Puts an order last in line at its price.
     *
     * @throws IllegalStateException when the book is full, has the id already, or the order would trade at once: the
     *     caller matches first
     */
    public void add(long orderId, Side side, long priceTicks, long lots) {
        insert(orderId, side, priceTicks, lots, ++lastPlace);
    }

    /** An order's place in line, to put it back there. It rests here. */
    public long place(long orderId) {
        return ordersById.get(orderId).place;
    }

    /**
     * Puts an order that has left the book back to its place in line, at the price that it had.
     *
     * @param place what {@link #place} said before it left
     * @throws IllegalStateException as {@link #add}
     */
    public void putBack(long orderId, Side side, long priceTicks, long lots, long place) {
        insert(orderId, side, priceTicks, lots, place);
    }

    private void insert(long orderId, Side side, long priceTicks, long lots, long place) {
        if (isFull() || lots <= 0 || crosses(side, priceTicks) || ordersById.containsKey(orderId)) {
            throw new IllegalStateException(
                    "order " + orderId + " cannot rest: " + side + " " + lots + " at " + priceTicks);
        }
        BookOrder order = freeOrders.isEmpty() ? new BookOrder() : freeOrders.pop();
        order.orderId = orderId;
        order.side = side;
        order.priceTicks = priceTicks;
        order.remainingLots = lots;
        order.place = place;
        ordersById.put(orderId, order);
        levelAt(side, priceTicks).insert(order);
    }

    /** Takes lots from the order next in line on {@code side}; it keeps its place until nothing is left of it. */
    public void fillBest(Side side, long lots) {
        BookOrder order = best(side);
        if (order == null || lots <= 0 || lots > order.remainingLots) {
            throw new IllegalStateException("cannot fill " + lots + " of the best " + side);
        }
        if (lots == order.remainingLots) {
            remove(order);
        } else {
            order.remainingLots -= lots;
            order.level.totalLots -= lots;
        }
    }

    /** Takes an order out. @return the lots that were left of it, 0 when it does not rest here */
    public long cancel(long orderId) {
        BookOrder order = ordersById.get(orderId);
        if (order == null) {
            return 0;
        }
        long lots = order.remainingLots;
        remove(order);
        return lots;
    }

    /**
     * Makes an order smaller; it keeps its place in line. By all that is left of it, or more, takes it out.
     *
     * @return the lots by which it is smaller, 0 when it does not rest here
     */
    public long reduce(long orderId, long lots) {
        BookOrder order = ordersById.get(orderId);
        if (order == null) {
            return 0;
        }
        if (lots <= 0) {
            throw new IllegalArgumentException("an order cannot be made smaller by " + lots);
        }
        if (lots >= order.remainingLots) {
            return cancel(orderId);
        }
        order.remainingLots -= lots;
        order.level.totalLots -= lots;
        return lots;
    }

    /** Visits a side's orders in priority until {@code visitor} returns false. The book must not change meanwhile. */
    public void walk(Side side, Predicate<BookOrder> visitor) {
        BookSide levels = side(side);
        for (PriceLevel level = levels.best(); level != null; level = levels.after(level)) {
            for (BookOrder order = level.first; order != null; order = order.next) {
                if (!visitor.test(order)) {
                    return;
                }
            }
        }
    }

    /** The best {@code maxLevels} prices of a side, best first. */
    public List<DepthLevel> depth(Side side, int maxLevels) {
        BookSide levels = side(side);
        List<DepthLevel> depth = new ArrayList<>();
        PriceLevel level = levels.best();
        for (int i = 0; i < maxLevels && level != null; i++, level = levels.after(level)) {
            depth.add(new DepthLevel(level.priceTicks, level.totalLots, level.orders));
        }
        return depth;
    }

    private BookSide side(Side side) {
        return side == Side.BUY ? bids : asks;
    }

    private PriceLevel levelAt(Side side, long priceTicks) {
        PriceLevel level = side(side).find(priceTicks);
        if (level == null) {
            level = freeLevels.isEmpty() ? new PriceLevel() : freeLevels.pop();
            level.priceTicks = priceTicks;
            side(side).insert(level);
        }
        return level;
    }

    private void remove(BookOrder order) {
        PriceLevel level = order.level;
        level.unlink(order);
        if (level.orders == 0) {
            side(order.side).remove(level);
            freeLevels.push(level);
        }
        ordersById.remove(order.orderId);
        order.level = null;
        order.previous = null;
        order.next = null;
        freeOrders.push(order);
    }
}
