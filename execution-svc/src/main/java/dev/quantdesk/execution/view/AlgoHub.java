package dev.quantdesk.execution.view;

import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The algo orders that are at work, and the latest that have ended. Written by the engine's thread, read by any. It is to be told of
 * events before {@link OrderHub}, so that whoever waits there for a sequence finds it here too.
 */
public final class AlgoHub implements SavedListener {
    /** Ended ones kept for reading without the database. */
    static final int ENDED_MAX = 10_000;
    /** Changes kept, for answers that are made after more has happened. */
    static final int CHANGES_MAX = 1_024;

    /** 2: with the sequence of those that are no longer kept. */
    private static final int SNAPSHOT_VERSION = 2;

    private final Markets markets;
    private final Map<Long, AlgoView> byId = new HashMap<>();
    private final Map<Name, Long> byClientOrderId = new HashMap<>();
    private final LinkedHashMap<Long, AlgoView> ended = new LinkedHashMap<>();
    private final Recent<PublicKey, AlgoOrder> changes = new Recent<>(CHANGES_MAX);
    private long forgottenSequence;

    private record Name(PublicKey account, String clientOrderId) {
        private static Name of(OrderRef ref) {
            return new Name(ref.account(), ref.clientOrderId());
        }
    }

    public AlgoHub(Markets markets) {
        this.markets = markets;
    }

    @Override
    public synchronized void onEvent(EngineEvent event, boolean replaying) {
        switch (event) {
            case EngineEvent.AlgoAccepted accepted -> {
                long orderId = accepted.ref().orderId();
                AlgoView algo =
                        new AlgoView(accepted, markets.byId(accepted.marketId()).orElseThrow());
                byId.put(orderId, algo);
                byClientOrderId.put(Name.of(accepted.ref()), orderId);
                changed(algo);
            }
            case EngineEvent.AlgoSliced sliced -> {
                AlgoView algo = byId.get(sliced.ref().orderId());
                algo.slice(sliced);
                changed(algo);
            }
            case EngineEvent.Trade trade -> {
                fill(trade, trade.maker());
                fill(trade, trade.taker());
            }
            case EngineEvent.AlgoEnded end -> end(end);
            default -> {
                // Says nothing of algo orders.
            }
        }
    }

    @Override
    public String name() {
        return "algos";
    }

    @Override
    public synchronized void save(SnapshotWriter out) {
        out.section(name(), SNAPSHOT_VERSION)
                .int64(forgottenSequence)
                .int32(ended.size())
                .int32(byId.size() - ended.size());
        ended.values().forEach(algo -> algo.save(out));
        byId.values().stream().filter(algo -> !algo.isEnded()).forEach(algo -> algo.save(out));
    }

    @Override
    public synchronized void load(SnapshotReader in) {
        in.section(name(), SNAPSHOT_VERSION);
        forgottenSequence = in.int64();
        int over = in.count(ENDED_MAX);
        // Bounded by the engine, whose part of the snapshot came first.
        int working = in.count(Integer.MAX_VALUE);
        for (int i = 0; i < over + working; i++) {
            AlgoView algo = take(in);
            if (i < over) {
                ended.put(algo.ref().orderId(), algo);
            }
        }
    }

    private AlgoView take(SnapshotReader in) {
        AlgoView algo = AlgoView.load(in, id -> markets.byId(id).orElseThrow());
        byId.put(algo.ref().orderId(), algo);
        byClientOrderId.merge(Name.of(algo.ref()), algo.ref().orderId(), Math::max);
        return algo;
    }

    @Override
    public synchronized void clear() {
        List.of(byId, byClientOrderId, ended).forEach(Map::clear);
        changes.forget(0);
        forgottenSequence = 0;
    }

    private void fill(EngineEvent.Trade trade, OrderRef ref) {
        if (ref.isChild()) {
            AlgoView algo = byId.get(ref.parentOrderId());
            algo.fill(trade);
            changed(algo);
        }
    }

    private void changed(AlgoView algo) {
        changes.add(algo.ref().account(), algo.sequence(), algo.toProto());
    }

    private void end(EngineEvent.AlgoEnded event) {
        AlgoView algo = byId.get(event.ref().orderId());
        algo.end(event);
        changed(algo);
        ended.put(event.ref().orderId(), algo);
        if (ended.size() > ENDED_MAX) {
            AlgoView eldest = ended.pollFirstEntry().getValue();
            byId.remove(eldest.ref().orderId());
            byClientOrderId.remove(Name.of(eldest.ref()), eldest.ref().orderId());
            forgottenSequence = Math.max(forgottenSequence, eldest.sequence());
        }
    }

    /** An algo order of {@code account}, as long as it is kept here. */
    public synchronized Optional<AlgoOrder> find(PublicKey account, long orderId) {
        return Optional.ofNullable(byId.get(orderId))
                .filter(algo -> algo.ref().account().equals(account))
                .map(AlgoView::toProto);
    }

    /** As {@link OrderHub#findAt} has it of an order. */
    public synchronized Optional<AlgoOrder> findAt(long sequence, PublicKey account, long orderId) {
        String id = Long.toString(orderId);
        return find(account, orderId)
                .filter(order -> order.getSequence() <= sequence)
                .or(() -> changes.last(
                        sequence, account, change -> change.getAlgoOrderId().equals(id)));
    }

    /** An algo order of {@code account} by the client's name for it, as long as it is kept here. */
    public synchronized Optional<AlgoOrder> find(PublicKey account, String clientOrderId) {
        Long orderId = byClientOrderId.get(new Name(account, clientOrderId));
        return orderId == null ? Optional.empty() : find(account, orderId);
    }

    /** The sequence of the last change of any algo order that is no longer kept here, 0 while all are. */
    public synchronized long forgottenSequence() {
        return forgottenSequence;
    }

    /** Whether an algo order of {@code account} with that name is kept here. */
    public synchronized boolean knows(PublicKey account, String clientOrderId) {
        return byClientOrderId.containsKey(new Name(account, clientOrderId));
    }
}
