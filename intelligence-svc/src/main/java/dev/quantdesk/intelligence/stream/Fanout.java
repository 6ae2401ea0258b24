package dev.quantdesk.intelligence.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** Keeps the latest items and hands each new one to every reader. Thread-safe; never blocks on a reader. */
public final class Fanout<T> {
    /** Items that wait for one reader. */
    public static final int QUEUE_MAX = 256;

    private final int historyMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<T> history = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new ArrayList<>();

    /** @param historyMax items kept for new readers */
    public Fanout(int historyMax) {
        this.historyMax = historyMax;
    }

    /**
     * A reader's place: what was kept when it came, and a bounded queue of what comes. Read by one thread, which
     * closes it.
     */
    public final class Subscription implements AutoCloseable {
        private final List<T> backlog;
        private final BlockingQueue<T> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
        private volatile boolean overrun;

        private Subscription(List<T> backlog) {
            this.backlog = List.copyOf(backlog);
        }

        /** Oldest first. */
        public List<T> backlog() {
            return backlog;
        }

        public BlockingQueue<T> queue() {
            return queue;
        }

        /** Whether items were lost because the reader was too slow. */
        public boolean isOverrun() {
            return overrun;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                subscriptions.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    public void publish(T item) {
        lock.lock();
        try {
            if (history.size() == historyMax) {
                history.removeFirst();
            }
            history.addLast(item);
            for (Subscription reader : subscriptions) {
                if (!reader.queue.offer(item)) {
                    reader.overrun = true;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what is kept. */
    public void clear() {
        lock.lock();
        try {
            history.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a reader, which misses nothing that is published from now on.
     *
     * @param choice takes the items kept, oldest first, and returns the backlog; a thrown exception adds no reader
     */
    public Subscription subscribe(UnaryOperator<List<T>> choice) {
        lock.lock();
        try {
            Subscription reader = new Subscription(choice.apply(List.copyOf(history)));
            subscriptions.add(reader);
            return reader;
        } finally {
            lock.unlock();
        }
    }
}
