package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.projection.OrderRepository;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Order;
import java.util.List;
import java.util.Optional;

/** Reads an account's orders: from memory as long as they are there, else from the database. Blocks. Thread-safe. */
public final class OrderReader {
    private final OrderHub hub;
    private final OrderRepository repository;

    public OrderReader(OrderHub hub, OrderRepository repository) {
        this.hub = hub;
        this.repository = repository;
    }

    public Optional<Order> find(PublicKey account, long orderId) throws Exception {
        Optional<Order> order = hub.find(account, orderId);
        return order.isPresent() ? order : repository.find(account, orderId);
    }

    public Optional<Order> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        Optional<Order> order = hub.find(account, clientOrderId);
        return order.isPresent() ? order : repository.findByClientOrderId(account, clientOrderId);
    }

    /** Up to {@code size} orders with ids below {@code beforeId}, newest first; of those in memory the state there. */
    public List<Order> list(PublicKey account, long beforeId, int size) throws Exception {
        return repository.list(account, beforeId, size).stream()
                .map(stored ->
                        hub.find(account, Long.parseLong(stored.getOrderId())).orElse(stored))
                .toList();
    }

    /** The order of that name which was placed with exactly this intent of this signer. */
    public Optional<Order> findByIntent(PublicKey account, String clientOrderId, SignedIntent intent) throws Exception {
        return repository.findByIntent(account, clientOrderId, intent.bytes(), intent.signer());
    }

    /** The engine's number for an order, or nothing where the text can't be one. */
    public static Optional<Long> parseId(String orderId) {
        try {
            return Optional.of(Long.parseLong(orderId));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }
}
