package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Works algo orders: places their children, one at a time, and ends them. A child trades under its parent's intent, at its parent's
 * limit, for no more than its parent has left. An iceberg ends with its tip, whatever ended that but a fill.
 */
final class AlgoOrders implements OrderLifecycle.Children {
    private final AlgoStore algos;
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final Matcher matcher;
    private final PlacementChecks checks;
    private final PriceReactions reactions;
    private final EventWriter events;
    private final KeyedTimers<Long> timers = new KeyedTimers<>();

    AlgoOrders(
            AlgoStore algos,
            OrderStore store,
            OrderLifecycle lifecycle,
            Matcher matcher,
            PlacementChecks checks,
            PriceReactions reactions,
            EventWriter events) {
        this.algos = algos;
        this.store = store;
        this.lifecycle = lifecycle;
        this.matcher = matcher;
        this.checks = checks;
        this.reactions = reactions;
        this.events = events;
    }

    /** Begins to work an order that was just accepted. */
    void start(LiveAlgo algo) {
        if (!algo.isTwap()) {
            show(algo);
            reactions.afterTrades(algo.market);
            return;
        }
        timers.set(algo.orderId(), algo.nextMillis());
        reached(events.nowMillis());
    }

    /** Does what the clock is due for. To be called after everything else that the clock ends. */
    void reached(long nowMillis) {
        timers.reached(nowMillis, orderId -> {
            LiveAlgo algo = algos.find(orderId);
            slice(algo);
            reactions.afterTrades(algo.market);
        });
    }

    private void slice(LiveAlgo algo) {
        if (events.nowMillis() >= algo.endMillis()) {
            end(algo, CancelReason.SCHEDULE_ENDED);
            return;
        }
        if (algo.hasNothingToReduce()) {
            end(algo, CancelReason.REDUCE_ONLY);
            return;
        }
        long lots = algo.passSlices(events.nowMillis());
        timers.set(algo.orderId(), algo.nextMillis());
        if (checks.settlementIsBehind()) {
            // As a new order would be refused; the next slice catches up.
            events.algoSliced(algo, 0);
            return;
        }
        matcher.execute(child(algo, lots));
    }

    /** Shows tips until one is left in the book. */
    private void show(LiveAlgo algo) {
        algo.placing = true;
        while (algo.isLive() && algo.openChild == null) {
            if (algo.hasNothingToReduce()) {
                end(algo, CancelReason.REDUCE_ONLY);
            } else {
                matcher.execute(tip(algo));
            }
        }
        algo.placing = false;
    }

    private LiveOrder tip(LiveAlgo algo) {
        AlgoTerms.Iceberg terms = (AlgoTerms.Iceberg) algo.placed.terms();
        return child(algo, IcebergTips.lots(terms, algo.children, algo.unfilledLots()));
    }

    private LiveOrder child(LiveAlgo algo, long lots) {
        algo.children++;
        LiveOrder child = store.create(
                algo.placed.child(algo.children, lots), algo.placed.order().priceTicks(), algo.market);
        child.belongTo(algo);
        algo.openChild = child;
        events.accepted(child);
        events.algoSliced(algo, child.orderId());
        return child;
    }

    /**
     * The next tip takes its place at the end of the line as soon as the one before is filled; the order that filled it meets it
     * there, after all others at that price.
     */
    @Override
    public void filled(LiveOrder child) {
        LiveAlgo algo = child.algo;
        algo.openChild = null;
        if (!algo.isLive()) {
            return;
        }
        if (algo.unfilledLots() == 0) {
            close(algo, OrderStatus.FILLED, Optional.empty());
        } else if (!algo.isTwap() && !algo.placing) {
            if (algo.hasNothingToReduce()) {
                end(algo, CancelReason.REDUCE_ONLY);
            } else {
                lifecycle.rest(tip(algo));
            }
        }
    }

    @Override
    public void cancelled(LiveOrder child, CancelReason reason) {
        LiveAlgo algo = child.algo;
        algo.openChild = null;
        // What a slice did not fill is caught up by the later ones, where there can be any.
        if (algo.isLive() && (!algo.isTwap() || reason == CancelReason.REDUCE_ONLY)) {
            end(algo, reason);
        }
    }

    /** Ends the order with this id, if it is one that is at work. */
    void end(long orderId, CancelReason reason) {
        LiveAlgo algo = algos.find(orderId);
        if (algo != null) {
            end(algo, reason);
        }
    }

    /** Ends those of the account that are meant. @return how many of them had no child in the book */
    int endAll(PublicKey account, Predicate<Command.PlaceOrder> meant, CancelReason reason) {
        int ended = 0;
        for (LiveAlgo algo : algos.live(account)) {
            if (meant.test(algo.placed.order())) {
                end(algo, reason);
                ended++;
            }
        }
        return ended;
    }

    private void end(LiveAlgo algo, CancelReason reason) {
        if (!algo.isLive()) {
            return;
        }
        LiveOrder child = algo.openChild;
        OrderStatus status = reason.isExpiry() ? OrderStatus.EXPIRED : OrderStatus.CANCELLED;
        algo.status = status;
        if (child != null) {
            lifecycle.cancelOpen(child, reason);
        }
        close(algo, status, Optional.of(reason));
    }

    private void close(LiveAlgo algo, OrderStatus status, Optional<CancelReason> reason) {
        algo.status = status;
        timers.remove(algo.orderId());
        algos.close(algo);
        events.algoEnded(algo, reason);
    }

    Reply cancel(Command.CancelAlgo command) {
        LiveAlgo algo = algos.find(command.account(), command.orderId(), command.clientOrderId());
        if (algo == null) {
            return new Reply.Refused(RefusalReason.ORDER_NOT_FOUND, command.orderId(), 0, events.sequence());
        }
        end(algo, CancelReason.USER_REQUEST);
        return algo.status == OrderStatus.FILLED
                ? new Reply.Refused(RefusalReason.ORDER_FILLED, algo.orderId(), algo.filledLots, events.sequence())
                : new Reply.Cancelled(algo.state(events.sequence()));
    }

    void save(SnapshotWriter out, SavedOrders orders) {
        algos.save(out, orders);
        timers.save(out, SnapshotWriter::int64);
    }

    void load(SnapshotReader in, SavedOrders orders) {
        algos.load(in, orders, store);
        timers.load(in, SnapshotReader::int64, AlgoStore.LIVE_MAX);
    }

    long nextMillis() {
        return timers.nextMillis();
    }

    long hash() {
        return new StateHash()
                .add(algos.hash())
                .add(timers.hash(Long::longValue))
                .value();
    }
}
