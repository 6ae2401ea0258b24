package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.projection.AlgoRepository;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
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
        return orders.find(new OrderReader.Places<>(
                () -> hub.find(account, orderId),
                hub::forgottenSequence,
                () -> repository.find(account, orderId),
                AlgoReader::isOver));
    }

    Optional<AlgoOrder> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        return orders.find(new OrderReader.Places<>(
                () -> hub.find(account, clientOrderId),
                hub::forgottenSequence,
                () -> repository.findByClientOrderId(account, clientOrderId),
                AlgoReader::isOver));
    }

    private static boolean isOver(AlgoOrder order) {
        return order.getStatus() != AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING;
    }

    Optional<AlgoOrder> findByIntent(PublicKey account, String clientOrderId, SignedIntent intent) throws Exception {
        return repository.findByIntent(account, clientOrderId, intent.bytes(), intent.signer());
    }

    /** Up to {@code size} orders with ids below {@code beforeId}, newest first; of those in memory the state there. */
    List<AlgoOrder> list(PublicKey account, long beforeId, int size) throws Exception {
        return OrderReader.list(
                repository.list(account, beforeId, size),
                stored -> hub.find(account, Long.parseLong(stored.getAlgoOrderId())),
                hub::forgottenSequence);
    }
}
