package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.projection.AlgoRepository;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import java.util.List;
import java.util.Optional;

/** Reads an account's algo orders as {@link OrderReader} reads its orders. Blocks. Thread-safe. */
public final class AlgoReader {
    private final AlgoHub hub;
    private final AlgoRepository repository;
    private final OrderReader orders;

    public AlgoReader(AlgoHub hub, AlgoRepository repository, OrderReader orders) {
        this.hub = hub;
        this.repository = repository;
        this.orders = orders;
    }

    Optional<AlgoOrder> find(PublicKey account, long orderId) throws Exception {
        return orders.find(() -> hub.find(account, orderId), () -> repository.find(account, orderId));
    }

    Optional<AlgoOrder> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        return orders.find(
                () -> hub.find(account, clientOrderId), () -> repository.findByClientOrderId(account, clientOrderId));
    }

    Optional<AlgoOrder> findByIntent(PublicKey account, String clientOrderId, SignedIntent intent) throws Exception {
        return repository.findByIntent(account, clientOrderId, intent.bytes(), intent.signer());
    }

    /** Up to {@code size} orders with ids below {@code beforeId}, newest first; of those in memory the state there. */
    List<AlgoOrder> list(PublicKey account, long beforeId, int size) throws Exception {
        return repository.list(account, beforeId, size).stream()
                .map(stored -> hub.find(account, Long.parseLong(stored.getAlgoOrderId()))
                        .orElse(stored))
                .toList();
    }
}
