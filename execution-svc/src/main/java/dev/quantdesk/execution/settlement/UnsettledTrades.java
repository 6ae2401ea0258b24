package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.Base58;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The trades that are not settled and the transactions that may settle them, as the engine's events tell. A trade is in
 * at least one submission, or waits for one, or is set aside to be settled alone.
 *
 * <p>Thread-safe: the engine's thread feeds it, the worker takes from it. Nothing is done under the lock but moving
 * entries, so neither waits long for the other. It holds no more than the engine does: orders that are open or have
 * unsettled trades, and unsettled trades, which the engine bounds.
 */
final class UnsettledTrades {
    private final ReentrantLock lock = new ReentrantLock();
    private final Long2ObjectHashMap<SignedOrder> orders = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<Unsettled> trades = new Long2ObjectHashMap<>();
    private final TreeMap<Long, Unsettled> waiting = new TreeMap<>();
    private final TreeMap<Long, Unsettled> setAside = new TreeMap<>();
    private final Map<String, Submission> submissions = new LinkedHashMap<>();
    private long lastSequence;

    private static final class Unsettled {
        final Fill fill;
        /** The submission that the log says may settle it; null for none. */
        SavedTrades.Logged logged;

        int submissions;
        int rejections;
        boolean alone;
        long notBeforeMillis;

        Unsettled(Fill fill) {
            this.fill = fill;
        }
    }

    /** How much there is. @param quarantined set aside after being rejected alone, or being tried again */
    record Counts(int waiting, int setAside, int quarantined, int submissions) {}

    /**
     * Takes in an event; repeated ones change nothing.
     *
     * @return whether fills wait where none did
     * @throws IllegalStateException when a trade's order was never accepted, which no engine does
     */
    boolean onEvent(EngineEvent event) {
        lock.lock();
        try {
            if (event.sequence() <= lastSequence) {
                return false;
            }
            lastSequence = event.sequence();
            boolean noneWaited = waiting.isEmpty();
            apply(event);
            return noneWaited && !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void apply(EngineEvent event) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> add(accepted);
            case EngineEvent.OrderAmended amended ->
                // What trades from now on is settled with the intent as it is now.
                orders.put(amended.ref().orderId(), signed(amended.ref(), amended.order()));
            case EngineEvent.Trade trade -> add(trade);
            case EngineEvent.OrderCancelled cancelled -> {
                // One with fills is dropped when it is settled.
                if (cancelled.filledLots() == 0) {
                    orders.remove(cancelled.ref().orderId());
                }
            }
            case EngineEvent.OrderSettled settled -> orders.remove(settled.ref().orderId());
            case EngineEvent.SettlementSubmitted submitted -> {
                mark(
                        submitted.tradeIds(),
                        new SavedTrades.Logged(
                                submitted.signature(), submitted.lastValidBlockHeight(), submitted.timeMillis()));
                recover(submitted);
            }
            case EngineEvent.SettlementConfirmed confirmed ->
                remove(Base58.encode(confirmed.signature()), confirmed.tradeIds());
            case EngineEvent.SettlementReverted reverted -> {
                mark(reverted.tradeIds(), null);
                release(Base58.encode(reverted.signature()));
            }
            case EngineEvent.OrderRefused _,
                    EngineEvent.TriggerDecided _,
                    EngineEvent.OrderRepriced _,
                    EngineEvent.OrderSized _ -> {}
            case EngineEvent.AuctionOpened _, EngineEvent.QuoteEntered _, EngineEvent.AuctionEnded _ -> {}
            case EngineEvent.AlgoAccepted _, EngineEvent.AlgoSliced _, EngineEvent.AlgoEnded _ -> {
                // What trades are its children, which carry its intent.
            }
        }
    }

    /** What the next transaction should settle, of the fills that wait; empty if none do. */
    BatchPlanner.Plan plan() {
        return locked(() -> BatchPlanner.plan(waiting.values().stream()
                .limit(BatchPlanner.TRADES_MAX)
                .map(trade -> trade.fill)
                .toList()));
    }

    /** The oldest fill that is to be settled alone and is due. */
    Optional<Fill> nextSetAside(long nowMillis) {
        return locked(() -> setAside.values().stream()
                .filter(trade -> trade.notBeforeMillis <= nowMillis)
                .map(trade -> trade.fill)
                .findFirst());
    }

    /** When the next set-aside fill is due, or empty if none is set aside. */
    Optional<Long> nextSetAsideMillis() {
        return locked(() ->
                setAside.values().stream().map(trade -> trade.notBeforeMillis).min(Long::compare));
    }

    /** Takes a submission's fills out of those that wait. @return false if one of them no longer does */
    boolean begin(Submission submission) {
        return locked(() -> {
            for (Fill fill : submission.fills) {
                Unsettled trade = trades.get(fill.tradeId());
                if (trade == null || trade.submissions > 0) {
                    return false;
                }
            }
            hold(submission);
            return true;
        });
    }

    /** The submission's fills are settled. */
    void confirmed(Submission submission) {
        update(() -> remove(submission.signatureText, submission.tradeIds()));
    }

    /** The submission will never land: its fills wait again, unless another submission has them. */
    void released(Submission submission) {
        update(() -> release(submission.signatureText));
    }

    /** From now on these fills are settled alone. */
    void isolate(List<Fill> fills) {
        update(() -> fills.forEach(fill -> {
            Unsettled trade = trades.get(fill.tradeId());
            if (trade != null) {
                trade.alone = true;
            }
        }));
    }

    /** A fill was rejected alone. @return how often so far, 0 if it is settled by now */
    int rejectedAlone(Fill fill) {
        return locked(() -> {
            Unsettled trade = trades.get(fill.tradeId());
            return trade == null ? 0 : ++trade.rejections;
        });
    }

    /** Keeps a fill that is settled alone back until a time. */
    void holdBack(Fill fill, long untilMillis) {
        update(() -> {
            Unsettled trade = trades.get(fill.tradeId());
            if (trade != null) {
                trade.notBeforeMillis = untilMillis;
            }
        });
    }

    /** All submissions, oldest first. */
    List<Submission> submissions() {
        return locked(() -> List.copyOf(submissions.values()));
    }

    /** Visits what is set aside, which is bounded by the worker. */
    Counts counts() {
        return locked(() -> {
            int quarantined = (int) setAside.values().stream()
                    .filter(trade -> trade.rejections > 0)
                    .count();
            return new Counts(waiting.size(), setAside.size(), quarantined, submissions.size());
        });
    }

    /** Orders kept for their intents: open, or with trades that are not settled. */
    int orders() {
        return locked(orders::size);
    }

    private void add(EngineEvent.OrderAccepted event) {
        orders.put(event.ref().orderId(), signed(event.ref(), event.order()));
    }

    private static SignedOrder signed(OrderRef ref, Command.PlaceOrder order) {
        return new SignedOrder(ref.orderId(), order.intent(), ref.trace());
    }

    private void add(EngineEvent.Trade event) {
        Unsettled trade = new Unsettled(new Fill(
                event.tradeId(),
                event.marketId(),
                event.takerSide(),
                event.priceTicks(),
                event.lots(),
                event.timeMillis(),
                order(event.maker(), event),
                order(event.taker(), event)));
        trades.put(event.tradeId(), trade);
        waiting.put(event.tradeId(), trade);
    }

    private SignedOrder order(OrderRef ref, EngineEvent.Trade event) {
        SignedOrder order = orders.get(ref.orderId());
        if (order == null) {
            throw new IllegalStateException(
                    "trade " + event.tradeId() + " can't be settled: its order " + ref.orderId() + " is unknown");
        }
        return order;
    }

    private void recover(EngineEvent.SettlementSubmitted event) {
        List<Fill> fills = new ArrayList<>();
        for (long tradeId : event.tradeIds()) {
            Unsettled trade = trades.get(tradeId);
            if (trade != null) {
                fills.add(trade.fill);
            }
        }
        Submission submission = Submission.recovered(
                event.signature(), event.lastValidBlockHeight(), List.copyOf(fills), event.timeMillis());
        if (!fills.isEmpty() && !submissions.containsKey(submission.signatureText)) {
            hold(submission);
        }
    }

    private void hold(Submission submission) {
        submissions.put(submission.signatureText, submission);
        for (Fill fill : submission.fills) {
            trades.get(fill.tradeId()).submissions++;
            waiting.remove(fill.tradeId());
            setAside.remove(fill.tradeId());
        }
    }

    private void remove(String signature, long[] tradeIds) {
        submissions.remove(signature);
        for (long tradeId : tradeIds) {
            trades.remove(tradeId);
            waiting.remove(tradeId);
            setAside.remove(tradeId);
        }
        submissions
                .values()
                .removeIf(other -> other.fills.stream().noneMatch(fill -> trades.containsKey(fill.tradeId())));
    }

    private void release(String signature) {
        Submission submission = submissions.remove(signature);
        if (submission == null) {
            return;
        }
        for (Fill fill : submission.fills) {
            Unsettled trade = trades.get(fill.tradeId());
            if (trade != null && --trade.submissions == 0) {
                (trade.alone ? setAside : waiting).put(fill.tradeId(), trade);
            }
        }
    }

    private void mark(long[] tradeIds, SavedTrades.Logged logged) {
        for (long tradeId : tradeIds) {
            Unsettled trade = trades.get(tradeId);
            if (trade != null) {
                trade.logged = logged;
            }
        }
    }

    /** Writes what the log alone has made of the trades: what this worker is about to do is not in it. */
    void save(SnapshotWriter out) {
        update(() -> {
            SavedTrades saved = new SavedTrades();
            out.section("settlement-worker", 1).int64(lastSequence).int32(orders.size());
            orders.values().forEach(order -> saved.write(order, out));
            out.int32(trades.size());
            trades.values().forEach(trade -> saved.write(trade.fill, trade.logged, out));
        });
    }

    void load(SnapshotReader in) {
        update(() -> {
            SavedTrades saved = new SavedTrades();
            in.section("settlement-worker", 1);
            lastSequence = in.int64();
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                SignedOrder order = saved.readOrder(in);
                orders.put(order.orderId(), order);
            }
            TreeMap<Long, Unsettled> loaded = new TreeMap<>();
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                Unsettled trade = new Unsettled(saved.readFill(in));
                trade.logged = saved.readLogged(in);
                loaded.put(trade.fill.tradeId(), trade);
            }
            restore(loaded);
        });
    }

    private void restore(TreeMap<Long, Unsettled> loaded) {
        Map<SavedTrades.Logged, List<Fill>> submitted = new LinkedHashMap<>();
        loaded.forEach((tradeId, trade) -> {
            trades.put(tradeId, trade);
            waiting.put(tradeId, trade);
            if (trade.logged != null) {
                submitted.computeIfAbsent(trade.logged, _ -> new ArrayList<>()).add(trade.fill);
            }
        });
        submitted.forEach((logged, fills) -> hold(Submission.recovered(
                logged.signature(), logged.lastValidBlockHeight(), List.copyOf(fills), logged.timeMillis())));
    }

    /** Forgets everything. */
    void clear() {
        update(() -> {
            orders.clear();
            trades.clear();
            waiting.clear();
            setAside.clear();
            submissions.clear();
            lastSequence = 0;
        });
    }

    private interface Locked<T> {
        T run();
    }

    private <T> T locked(Locked<T> work) {
        lock.lock();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    private void update(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }
}
