package dev.quantdesk.marketdata.stream;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/**
 * A reader's place at a channel: what it missed, and a bounded queue of what comes. Read by one thread; written under
 * the channel's lock. The reader closes it.
 */
public final class Subscription<T> implements AutoCloseable {
    /** Items that wait for one reader. */
    public static final int QUEUE_MAX = 256;

    private final List<T> backlog;
    private final boolean gap;
    private final BlockingQueue<T> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Consumer<Subscription<T>> closing;
    private volatile boolean overrun;

    Subscription(List<T> backlog, boolean gap, Consumer<Subscription<T>> closing) {
        this.backlog = List.copyOf(backlog);
        this.gap = gap;
        this.closing = closing;
    }

    /** What has to be sent before anything from the queue, oldest first. */
    public List<T> backlog() {
        return backlog;
    }

    /** Whether something is missing between what the reader had and the backlog. */
    public boolean hasGap() {
        return gap;
    }

    public BlockingQueue<T> queue() {
        return queue;
    }

    /** Whether items were lost because the reader was too slow. */
    public boolean isOverrun() {
        return overrun;
    }

    boolean offer(T item) {
        return queue.offer(item);
    }

    void markOverrun() {
        overrun = true;
    }

    /** Drops what waits in favour of {@code item}, which makes it superfluous. */
    void replaceAll(T item) {
        queue.clear();
        queue.add(item);
    }

    @Override
    public void close() {
        closing.accept(this);
    }
}
