package dev.quantdesk.execution.view;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The latest changes of what a hub shows, for streams that resume, and the streams that wait for the next. Guarded by the
 * lock of its hub.
 *
 * @param <K> what a stream is of: an account, a market
 * @param <S> what a new stream begins with
 * @param <C> a change
 */
final class Feed<K, S, C> {
    private final Lock lock;
    private final int queueMax;
    private final boolean severalOfOneEvent;
    private final Recent<K, C> recent;
    private final Map<K, List<Subscription<S, C>>> subscriptions = new HashMap<>();

    /**
     * @param lock of the hub; a stream that ends takes it
     * @param keptMax changes kept for streams that resume
     * @param queueMax changes that wait for one stream
     * @param severalOfOneEvent whether one event may make several changes: a stream that resumes is told again those of the
     *     last sequence it has seen
     */
    Feed(Lock lock, int keptMax, int queueMax, boolean severalOfOneEvent) {
        this.lock = lock;
        this.recent = new Recent<>(keptMax);
        this.queueMax = queueMax;
        this.severalOfOneEvent = severalOfOneEvent;
    }

    void publish(K key, long sequence, C change) {
        recent.add(key, sequence, change);
        for (Subscription<S, C> subscription : subscriptions.getOrDefault(key, List.of())) {
            subscription.offer(change);
        }
    }

    /** The last change of {@code key} up to {@code sequence} that is {@code wanted}, if it is kept. */
    Optional<C> last(long sequence, K key, Predicate<C> wanted) {
        return recent.last(sequence, key, wanted);
    }

    /** Keeps nothing any more of what was told up to {@code sequence}. */
    void forget(long sequence) {
        recent.forget(sequence);
    }

    /** A stream of what comes from now on. @param snapshot may be made at any later time, by another thread */
    Subscription<S, C> begin(K key, Supplier<S> snapshot) {
        return open(key, Optional.of(snapshot), List.of());
    }

    /**
     * A stream that goes on where another ended.
     *
     * @param seen the last sequence that the caller has seen
     * @param newest the last sequence that the hub has seen
     * @throws ApiException with {@link Reason#RESUME_EXPIRED} when the changes since are not kept, or {@code seen} is yet to come
     */
    Subscription<S, C> resume(K key, long seen, long newest) {
        long from = severalOfOneEvent ? seen : seen + 1;
        if (from <= recent.droppedSequence() || seen > newest) {
            throw ApiException.refuse(Reason.RESUME_EXPIRED, "Changes since sequence " + seen + " are not kept here.")
                    .with("resume_from_sequence", Long.toString(seen))
                    .with("oldest_sequence", Long.toString(recent.droppedSequence() + 1 - (from - seen)))
                    .with("newest_sequence", Long.toString(newest))
                    .build();
        }
        return open(key, Optional.empty(), recent.since(from, key));
    }

    private Subscription<S, C> open(K key, Optional<Supplier<S>> snapshot, List<C> missed) {
        Subscription<S, C> subscription = new Subscription<>(snapshot, missed, queueMax, closed -> remove(key, closed));
        subscriptions.computeIfAbsent(key, _ -> new ArrayList<>()).add(subscription);
        return subscription;
    }

    private void remove(K key, Subscription<S, C> closed) {
        lock.lock();
        try {
            subscriptions.computeIfPresent(key, (_, open) -> {
                open.remove(closed);
                return open.isEmpty() ? null : open;
            });
        } finally {
            lock.unlock();
        }
    }
}
