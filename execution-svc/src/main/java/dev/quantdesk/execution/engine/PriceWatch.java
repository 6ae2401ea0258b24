package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The prices of one market as the engine knows them, the orders that wait for one, and those that follow one. Orders that
 * wait are found by their level: what is not due costs nothing, but for trailing stops, which are looked at with every
 * change of their price.
 */
final class PriceWatch {
    /** Stands for a price that is not known. */
    static final long UNKNOWN = 0;

    private final long maxTicks;
    private final Map<PriceSource, Watch> watches = new EnumMap<>(PriceSource.class);
    private long priceMillis;

    /** @param ticks level at which an order fires */
    private record Level(long ticks, long orderId) {}

    private static final class Watch {
        private long ticks = UNKNOWN;
        /** Fire at or above their level, the lowest first. */
        private final TreeMap<Level, LiveOrder> above =
                new TreeMap<>(Comparator.comparingLong(Level::ticks).thenComparingLong(Level::orderId));
        /** Fire at or below their level, the highest first. */
        private final TreeMap<Level, LiveOrder> below =
                new TreeMap<>(Comparator.comparingLong(Level::ticks).reversed().thenComparingLong(Level::orderId));

        private final TreeMap<Long, LiveOrder> trailing = new TreeMap<>();
        private final TreeMap<Long, LiveOrder> pegged = new TreeMap<>();

        private TreeMap<Level, LiveOrder> levels(LiveOrder order) {
            return order.request.trigger().firesAbove(order.side()) ? above : below;
        }
    }

    PriceWatch(long maxTicks) {
        this.maxTicks = maxTicks;
        for (PriceSource source : PriceSource.values()) {
            watches.put(source, new Watch());
        }
    }

    /** A price in ticks, or {@link #UNKNOWN}. */
    long ticks(PriceSource source) {
        return watches.get(source).ticks;
    }

    /** Whether there is a price that an order can begin by at this time. */
    boolean isKnown(PriceSource source, long nowMillis) {
        boolean old = source.isFromOutside() && nowMillis - priceMillis > PriceSource.FRESH_MILLIS;
        return ticks(source) != UNKNOWN && !old;
    }

    /** Whether prices of this time are not older than those taken over; it is the time of the prices from now on then. */
    boolean isNewer(long millis) {
        boolean newer = millis >= priceMillis;
        priceMillis = Math.max(priceMillis, millis);
        return newer;
    }

    /** Takes over a price: trailing stops follow it. @return whether it is another than before */
    boolean price(PriceSource source, long ticks) {
        Watch watch = watches.get(source);
        if (ticks == UNKNOWN || ticks == watch.ticks) {
            return false;
        }
        watch.ticks = ticks;
        for (LiveOrder order : watch.trailing.values()) {
            boolean better = order.side() == Side.SELL ? ticks > order.extremeTicks : ticks < order.extremeTicks;
            if (better) {
                watch.levels(order).remove(new Level(order.triggerTicks, order.orderId()));
                order.extremeTicks = ticks;
                place(watch, order, order.request.trigger().trailingLevel(order.side(), ticks, maxTicks));
            }
        }
        return true;
    }

    /** Takes in an order that waits. A trailing one begins at the price as it is, which has to be known. */
    void add(LiveOrder order) {
        Trigger trigger = order.request.trigger();
        Watch watch = watches.get(trigger.source());
        if (!trigger.trails()) {
            place(watch, order, firstLevel(order));
            return;
        }
        order.extremeTicks = watch.ticks;
        watch.trailing.put(order.orderId(), order);
        place(watch, order, firstLevel(order));
    }

    /** The level at which an order that begins to wait now would fire; the price of a trailing one has to be known. */
    long firstLevel(LiveOrder order) {
        Trigger trigger = order.request.trigger();
        return trigger.trails()
                ? trigger.trailingLevel(order.side(), ticks(trigger.source()), maxTicks)
                : trigger.value();
    }

    private static void place(Watch watch, LiveOrder order, long level) {
        order.triggerTicks = level;
        watch.levels(order).put(new Level(level, order.orderId()), order);
    }

    void remove(LiveOrder order) {
        Watch watch = watches.get(order.request.trigger().source());
        watch.levels(order).remove(new Level(order.triggerTicks, order.orderId()));
        watch.trailing.remove(order.orderId());
    }

    /** Whether an order with this trigger would fire at once. */
    boolean isReached(Trigger trigger, Side side) {
        long ticks = ticks(trigger.source());
        return !trigger.trails() && ticks != UNKNOWN && reached(trigger.firesAbove(side), ticks, trigger.value());
    }

    private static boolean reached(boolean above, long ticks, long level) {
        return above ? ticks >= level : ticks <= level;
    }

    /**
     * The next order that is due, or null: by source, those that a rise fires first, then by level in the direction of the
     * move, then by id.
     */
    LiveOrder nextDue() {
        for (Watch watch : watches.values()) {
            LiveOrder due = nextDue(watch);
            if (due != null) {
                return due;
            }
        }
        return null;
    }

    /** The next order that is due by one price, or null. */
    LiveOrder nextDue(PriceSource source) {
        return nextDue(watches.get(source));
    }

    private static LiveOrder nextDue(Watch watch) {
        if (watch.ticks == UNKNOWN) {
            return null;
        }
        if (!watch.above.isEmpty() && watch.above.firstKey().ticks() <= watch.ticks) {
            return watch.above.firstEntry().getValue();
        }
        if (!watch.below.isEmpty() && watch.below.firstKey().ticks() >= watch.ticks) {
            return watch.below.firstEntry().getValue();
        }
        return null;
    }

    void follow(LiveOrder order) {
        watches.get(order.request.peg().source()).pegged.put(order.orderId(), order);
    }

    void unfollow(LiveOrder order) {
        watches.get(order.request.peg().source()).pegged.remove(order.orderId());
    }

    /** The resting orders that follow a price, whichever it is, by id. */
    List<LiveOrder> following() {
        TreeMap<Long, LiveOrder> following = new TreeMap<>();
        watches.values().forEach(watch -> following.putAll(watch.pegged));
        return List.copyOf(following.values());
    }

    /** Where a pegged order should work by the price as it is: never beyond its limit, nor the market's range. */
    long peggedTicks(Command.PlaceOrder order) {
        long ticks = ticks(order.peg().source()) + order.peg().offsetTicks();
        long limited =
                order.side() == Side.BUY ? Math.min(ticks, order.priceTicks()) : Math.max(ticks, order.priceTicks());
        return Math.clamp(limited, 1, maxTicks);
    }

    /** Without the orders: each knows itself what it waits for or follows, and at which level. */
    void save(SnapshotWriter out) {
        out.section("prices", 1).int64(priceMillis).int32(watches.size());
        watches.values().forEach(watch -> out.int64(watch.ticks));
    }

    void load(SnapshotReader in) {
        in.section("prices", 1);
        priceMillis = in.int64();
        in.count(watches.size());
        watches.values().forEach(watch -> watch.ticks = in.int64());
    }

    /** Takes in an order from a snapshot that waits, as it stood there. */
    void restore(LiveOrder order) {
        if (order.isWaiting()) {
            Watch watch = watches.get(order.request.trigger().source());
            place(watch, order, order.triggerTicks);
            if (order.request.trigger().trails()) {
                watch.trailing.put(order.orderId(), order);
            }
        }
    }

    void hash(StateHash hash) {
        hash.add(priceMillis);
        watches.values().forEach(watch -> {
            hash.add(watch.ticks);
            watch.above.keySet().forEach(level -> hash.add(level.ticks()).add(level.orderId()));
            watch.below.keySet().forEach(level -> hash.add(level.ticks()).add(level.orderId()));
            watch.trailing.keySet().forEach(hash::add);
            watch.pegged.keySet().forEach(hash::add);
        });
    }
}
