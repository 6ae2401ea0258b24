package dev.quantdesk.marketdata.stream;

import dev.quantdesk.marketdata.book.Trade;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The trades of one market: taken from its feed (one thread), handed to any number of readers (any thread). */
public final class TradeChannel {
    /** Trades kept for readers that resume. */
    public static final int HISTORY_MAX = 1_000;
    /** Trades that a new reader is given. */
    public static final int RECENT_MAX = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Trade> history = new ArrayDeque<>();
    private final List<Subscription<List<Trade>>> subscriptions = new ArrayList<>();
    private long epoch;
    private long sequence;

    /** Publishes trades, oldest first. Called by the feed. */
    public void publish(List<Trade.Print> prints, Instant receiveTime) {
        lock.lock();
        try {
            if (prints.isEmpty()) {
                return;
            }
            if (epoch == 0) {
                breakOff(receiveTime);
            }
            List<Trade> trades = new ArrayList<>(prints.size());
            for (Trade.Print print : prints) {
                trades.add(new Trade(++sequence, epoch, print, receiveTime));
            }
            keep(trades);
            for (Subscription<List<Trade>> reader : subscriptions) {
                if (!reader.offer(List.copyOf(trades))) {
                    reader.markOverrun();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void keep(List<Trade> trades) {
        history.addAll(trades);
        while (history.size() > HISTORY_MAX) {
            history.removeFirst();
        }
    }

    /** Starts a new epoch because trades were lost at the source. Called by the feed. */
    public void breakOff(Instant receiveTime) {
        lock.lock();
        try {
            epoch = Epoch.after(epoch, receiveTime);
            sequence = 0;
            history.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a reader. Its backlog holds the trades after {@code resumeFrom}; {@link Subscription#hasGap} says that
     * some of them are no longer kept. A reader that starts anew is given the most recent trades.
     */
    public Subscription<List<Trade>> subscribe(long resumeFrom, long resumeEpoch) {
        lock.lock();
        try {
            boolean resumes = resumeFrom > 0;
            boolean known = resumes && resumeEpoch == epoch && resumeFrom <= sequence;
            boolean gap = resumes && (!known || resumeFrom + 1 < firstKept());
            List<Trade> backlog = known
                    ? history.stream().filter(t -> t.sequence() > resumeFrom).toList()
                    : history.stream()
                            .skip(Math.max(0, history.size() - RECENT_MAX))
                            .toList();
            Subscription<List<Trade>> reader = new Subscription<>(List.of(backlog), gap, this::remove);
            subscriptions.add(reader);
            return reader;
        } finally {
            lock.unlock();
        }
    }

    private long firstKept() {
        return history.isEmpty() ? sequence + 1 : history.getFirst().sequence();
    }

    private void remove(Subscription<List<Trade>> reader) {
        lock.lock();
        try {
            subscriptions.remove(reader);
        } finally {
            lock.unlock();
        }
    }
}
