package dev.quantdesk.execution.view;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One follower of a hub: what there was at the start, and every change since. What waits for it is bounded; a change that
 * found no room closes it for good. Filled by its {@link Feed}, read by one thread.
 *
 * @param <S> what there was at the start
 * @param <C> a change
 */
public final class Subscription<S, C> implements AutoCloseable {
    private final Optional<Supplier<S>> snapshot;
    private final List<C> missed;
    private final BlockingQueue<C> queue;
    private final Consumer<Subscription<S, C>> onClose;
    private volatile boolean overflowed;

    /** @param missed of a stream that resumes, which has no {@code snapshot} */
    Subscription(Optional<Supplier<S>> snapshot, List<C> missed, int queueMax, Consumer<Subscription<S, C>> onClose) {
        this.snapshot = snapshot;
        this.missed = missed;
        this.queue = new ArrayBlockingQueue<>(queueMax);
        this.onClose = onClose;
    }

    /** What there was at the start; nothing for a stream that resumes. */
    public Optional<S> snapshot() {
        return snapshot.map(Supplier::get);
    }

    /** What a resuming stream had missed. */
    public List<C> missed() {
        return missed;
    }

    public BlockingQueue<C> queue() {
        return queue;
    }

    void offer(C change) {
        if (!overflowed && !queue.offer(change)) {
            overflowed = true;
        }
    }

    /** @throws ApiException with {@link Reason#SLOW_CONSUMER} once something could not be queued and all that was queued is read */
    public void checkComplete() {
        if (overflowed && queue.isEmpty()) {
            throw ApiException.refuse(Reason.SLOW_CONSUMER, "The stream fell behind; resume from the last sequence.")
                    .build();
        }
    }

    /** Ends it; nothing more is queued. A second time does nothing. */
    @Override
    public void close() {
        onClose.accept(this);
    }
}
