package dev.quantdesk.execution.view;

import dev.quantdesk.execution.cluster.EngineListener;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The algo orders that are at work, and the latest that have ended. Written by the engine's thread, read by any. It is to be told of
 * events before {@link OrderHub}, so that whoever waits there for a sequence finds it here too.
 */
public final class AlgoHub implements EngineListener {
    /** Ended ones kept for reading without the database. */
    static final int ENDED_MAX = 10_000;

    private final Markets markets;
    private final Map<Long, AlgoView> byId = new HashMap<>();
    private final Map<Name, Long> byClientOrderId = new HashMap<>();
    private final LinkedHashMap<Long, AlgoView> ended = new LinkedHashMap<>();

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
                byId.put(
                        orderId,
                        new AlgoView(accepted, markets.byId(accepted.marketId()).orElseThrow()));
                byClientOrderId.put(Name.of(accepted.ref()), orderId);
            }
            case EngineEvent.AlgoSliced sliced ->
                byId.get(sliced.ref().orderId()).slice(sliced);
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

    private void fill(EngineEvent.Trade trade, OrderRef ref) {
        if (ref.isChild()) {
            byId.get(ref.parentOrderId()).fill(trade);
        }
    }

    private void end(EngineEvent.AlgoEnded event) {
        AlgoView algo = byId.get(event.ref().orderId());
        algo.end(event);
        ended.put(event.ref().orderId(), algo);
        if (ended.size() > ENDED_MAX) {
            AlgoView eldest = ended.pollFirstEntry().getValue();
            byId.remove(eldest.ref().orderId());
            byClientOrderId.remove(Name.of(eldest.ref()), eldest.ref().orderId());
        }
    }

    /** An algo order of {@code account}, as long as it is kept here. */
    public synchronized Optional<AlgoOrder> find(PublicKey account, long orderId) {
        return Optional.ofNullable(byId.get(orderId))
                .filter(algo -> algo.ref().account().equals(account))
                .map(AlgoView::toProto);
    }

    /** An algo order of {@code account} by the client's name for it, as long as it is kept here. */
    public synchronized Optional<AlgoOrder> find(PublicKey account, String clientOrderId) {
        Long orderId = byClientOrderId.get(new Name(account, clientOrderId));
        return orderId == null ? Optional.empty() : find(account, orderId);
    }

    /** Whether an algo order of {@code account} with that name is kept here. */
    public synchronized boolean knows(PublicKey account, String clientOrderId) {
        return byClientOrderId.containsKey(new Name(account, clientOrderId));
    }
}
