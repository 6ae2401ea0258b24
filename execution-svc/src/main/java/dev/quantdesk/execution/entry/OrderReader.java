package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.cluster.EngineException;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.projection.OrderRepository;
import dev.quantdesk.execution.projection.Projected;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Order;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Reads an account's orders: from memory as long as they are there, else from the database. Both may lag behind what
 * another member of the engine has acknowledged; so before it says that there is no such order, it asks the engine how far
 * it is and waits until memory is as far. What memory no longer has and the tables do not have yet is refused, to be asked for again.
 * Blocks. Thread-safe.
 */
public final class OrderReader {
    private final OrderHub hub;
    /** For a process whose own engine acknowledges: its memory has what was acknowledged. */
    public static final Barrier OWN_ENGINE = _ -> CompletableFuture.completedFuture(0L);

    private static final Duration BARRIER_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration TABLES_RETRY = Duration.ofSeconds(1);

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
        return find(new Places<>(
                () -> hub.find(account, orderId),
                hub::forgottenSequence,
                () -> repository.find(account, orderId),
                OrderReader::isOver));
    }

    public Optional<Order> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        return find(new Places<>(
                () -> hub.find(account, clientOrderId),
                hub::forgottenSequence,
                () -> repository.findByClientOrderId(account, clientOrderId),
                OrderReader::isOver));
    }

    interface Lookup<T> {
        T find() throws Exception;
    }

    /**
     * Where an order is looked for.
     *
     * @param forgotten how far tables have to be that have everything which memory no longer has
     * @param isOver whether an order can't change any more
     */
    record Places<T>(
            Lookup<Optional<T>> memory,
            LongSupplier forgotten,
            Lookup<Projected<Optional<T>>> tables,
            Predicate<T> isOver) {}

    /**
     * What memory has, or else the tables, or memory once it is as far as the engine.
     *
     * @throws ApiException when the tables lack what memory no longer has, so that nobody can tell
     */
    <T> Optional<T> find(Places<T> places) throws Exception {
        Optional<T> kept = places.memory().find();
        if (kept.isPresent()) {
            return kept;
        }
        long forgotten = places.forgotten().getAsLong();
        Projected<Optional<T>> stored = places.tables().find();
        if (stored.value().isEmpty() && barrier != OWN_ENGINE) {
            awaitEngine();
            kept = places.memory().find();
            if (kept.isPresent()) {
                return kept;
            }
            forgotten = places.forgotten().getAsLong();
            if (stored.sequence() < forgotten) {
                stored = places.tables().find();
            }
        }
        if (stored.sequence() < forgotten
                && stored.value().filter(places.isOver()).isEmpty()) {
            throw tablesBehind();
        }
        return stored.value();
    }

    private static boolean isOver(Order order) {
        return switch (order.getStatus()) {
            case ORDER_STATUS_SETTLED -> true;
            case ORDER_STATUS_CANCELLED, ORDER_STATUS_EXPIRED ->
                order.getFillsList().stream()
                        .allMatch(fill -> fill.getSettlement() == FillSettlement.FILL_SETTLEMENT_CONFIRMED);
            default -> false;
        };
    }

    private static ApiException tablesBehind() {
        return ApiException.refuse(
                        Reason.UPSTREAM_UNAVAILABLE, "The order tables are behind and are being filled; ask again.")
                .retryAfter(TABLES_RETRY)
                .build();
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

    /**
     * Up to {@code size} orders with ids below {@code beforeId}, newest first; of those in memory the state there.
     *
     * @throws ApiException when the tables lack orders that memory no longer has either
     */
    public List<Order> list(PublicKey account, long beforeId, int size) throws Exception {
        return list(
                repository.list(account, beforeId, size),
                stored -> hub.find(account, Long.parseLong(stored.getOrderId())),
                hub::forgottenSequence);
    }

    /** A page of the tables, with what memory has of it. */
    static <T> List<T> list(Projected<List<T>> page, Function<T, Optional<T>> memory, LongSupplier forgotten) {
        List<T> shown = page.value().stream()
                .map(stored -> memory.apply(stored).orElse(stored))
                .toList();
        // Asked last: what memory forgets meanwhile was taken from the tables.
        if (page.sequence() < forgotten.getAsLong()) {
            throw tablesBehind();
        }
        return shown;
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
