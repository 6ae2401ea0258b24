package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/** An algo order for as long as the engine remembers it. Changed by {@link AlgoOrders} and the fills of its children only. */
final class LiveAlgo {
    private static final OrderStatus[] STATUSES = OrderStatus.values();

    final Command.PlaceAlgo placed;
    final OrderRef ref;
    final Market market;
    final Position position;
    final long startMillis;
    /** Of a TWAP; null for an iceberg. */
    private final TwapSchedule schedule;

    OrderStatus status = OrderStatus.OPEN;
    long filledLots;
    long filledNotional;
    /** Child orders placed so far. */
    int children;
    /** The child that works now; null for none. */
    LiveOrder openChild;
    /** While its own child is matched: what fills then is followed up by whoever placed it. */
    boolean placing;

    private int nextSlice;
    private long weightPassed;

    LiveAlgo(long orderId, Command.PlaceAlgo placed, Position position, Market market, long startMillis) {
        Command.PlaceOrder order = placed.order();
        this.placed = placed;
        this.ref = new OrderRef(orderId, order.account(), order.clientOrderId(), order.reservationId(), order.trace());
        this.market = market;
        this.position = position;
        this.startMillis = startMillis;
        this.schedule =
                placed.terms() instanceof AlgoTerms.Twap twap ? new TwapSchedule(twap, order.quantityLots()) : null;
    }

    void save(SnapshotWriter out, SavedOrders orders) {
        orders.write(placed, out);
        out.int64(orderId())
                .int64(startMillis)
                .int8(status.ordinal())
                .int64(filledLots)
                .int64(filledNotional)
                .int32(children)
                .int64(openChild == null ? 0 : openChild.orderId())
                .int32(nextSlice)
                .int64(weightPassed);
    }

    static LiveAlgo load(SnapshotReader in, SavedOrders orders, OrderStore store) {
        Command.PlaceAlgo placed = orders.readAlgo(in);
        Command.PlaceOrder order = placed.order();
        Position position = orders.account(order.account()).position(order.marketId());
        LiveAlgo algo = new LiveAlgo(in.int64(), placed, position, orders.market(order.marketId()), in.int64());
        algo.status = in.constant(STATUSES);
        algo.filledLots = in.int64();
        algo.filledNotional = in.int64();
        algo.children = in.int32();
        long childId = in.int64();
        algo.openChild = childId == 0 ? null : store.known(childId);
        algo.nextSlice = in.int32();
        algo.weightPassed = in.int64();
        return algo;
    }

    long orderId() {
        return ref.orderId();
    }

    Side side() {
        return placed.order().side();
    }

    boolean isTwap() {
        return schedule != null;
    }

    boolean isLive() {
        return status.isOpen();
    }

    long unfilledLots() {
        return placed.order().quantityLots() - filledLots;
    }

    /** A fill of one of its children. */
    void fill(long priceTicks, long lots) {
        filledLots += lots;
        filledNotional = Math.addExact(filledNotional, Math.multiplyExact(priceTicks, lots));
        if (isLive()) {
            status = OrderStatus.PARTIALLY_FILLED;
        }
    }

    /** Whether it may only reduce a position, and there is none left to reduce. */
    boolean hasNothingToReduce() {
        return placed.order().reduceOnly() && position.reducibleLots(side()) == 0;
    }

    long endMillis() {
        return placed.terms() instanceof AlgoTerms.Twap twap ? startMillis + twap.durationMillis() : 0;
    }

    /** Passes the slices that are due. @return the lots of the slice that is to come of them, with what it catches up */
    long passSlices(long nowMillis) {
        while (nextSlice < schedule.slices() && startMillis + schedule.offsetMillis(nextSlice) <= nowMillis) {
            weightPassed += schedule.weight(nextSlice);
            nextSlice++;
        }
        return Math.min(schedule.lotsUpTo(weightPassed) - filledLots, schedule.sliceLotsMax());
    }

    /** When it is to be looked at again: for its next slice, or its end; 0 where it waits for fills only. */
    long nextMillis() {
        if (!isTwap()) {
            return 0;
        }
        return nextSlice < schedule.slices() ? startMillis + schedule.offsetMillis(nextSlice) : endMillis();
    }

    /** When its next slice is due; 0 after the last, and for an iceberg. */
    long nextSliceMillis() {
        return isTwap() && nextSlice < schedule.slices() ? nextMillis() : 0;
    }

    OrderState state(long sequence) {
        return new OrderState(orderId(), status, filledLots, isLive() ? unfilledLots() : 0, filledNotional, sequence);
    }

    long hash() {
        return new StateHash()
                .add(orderId())
                .add(status.ordinal())
                .add(startMillis)
                .add(placed.terms().seed())
                .add(filledLots)
                .add(filledNotional)
                .add(children)
                .add(openChild == null ? 0 : openChild.orderId())
                .add(nextSlice)
                .add(weightPassed)
                .add(ref.clientOrderId().hashCode())
                .value();
    }
}
