package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.cluster.EngineException;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.projection.OrderRepository;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Order;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Reads an account's orders: from memory as long as they are there, else from the database. Both may lag behind what
 * another member of the engine has acknowledged; so before it says that there is no such order, it asks the engine how far
 * it is and waits until memory is as far. Blocks. Thread-safe.
 */
public final class OrderReader {
    private final OrderHub hub;
    /** For a process whose own engine acknowledges: its memory has what was acknowledged. */
    public static final Barrier OWN_ENGINE = _ -> CompletableFuture.completedFuture(0L);

    private static final Duration BARRIER_TIMEOUT = Duration.ofSeconds(3);

    private final OrderRepository repository;
    private final Barrier barrier;

    /** Tells how far the engine is, so that nothing acknowledged before the question comes after it. */
    @FunctionalInterface
    public interface Barrier {
        CompletableFuture<Long> sequence(Duration deadline);
    }

    public OrderReader(OrderHub hub, OrderRepository repository) {
        this(hub, repository, OWN_ENGINE);
    }

    public OrderReader(OrderHub hub, OrderRepository repository, Barrier barrier) {
        this.hub = hub;
        this.repository = repository;
        this.barrier = barrier;
    }

    public Optional<Order> find(PublicKey account, long orderId) throws Exception {
        return find(() -> hub.find(account, orderId), () -> repository.find(account, orderId));
    }

    public Optional<Order> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        return find(
                () -> hub.find(account, clientOrderId), () -> repository.findByClientOrderId(account, clientOrderId));
    }

    interface Lookup<T> {
        Optional<T> find() throws Exception;
    }

    /** What memory has, or else the database, or memory once it is as far as the engine. */
    <T> Optional<T> find(Lookup<T> memory, Lookup<T> database) throws Exception {
        Optional<T> order = memory.find();
        if (order.isEmpty()) {
            order = database.find();
        }
        if (order.isEmpty() && barrier != OWN_ENGINE) {
            awaitEngine();
            order = memory.find();
        }
        return order;
    }

    private void awaitEngine() throws Exception {
        try {
            if (hub.awaitSequence(barrier.sequence(BARRIER_TIMEOUT).get())) {
                return;
            }
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof EngineException)) {
                throw failed;
            }
        }
        throw ApiException.refuse(
                        Reason.ENGINE_BUSY, "Whether there is such an order can't be told at the moment; ask again.")
                .build();
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
