package dev.quantdesk.marketdata.stream;

import dev.quantdesk.marketdata.book.BookChecksum;
import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.BookIntegrityException;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.marketdata.book.OrderBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The book of one market: takes changes from its feed (one thread) and hands them to any number of readers (any
 * thread). Every published step leaves the book uncrossed; changes that cross it are held until their counterpart
 * arrives.
 */
public final class BookChannel {
    /** Changes kept for readers that resume. */
    public static final int HISTORY_MAX = 4_096;
    /** Changes that may be held while they cross the book, before the feed counts as broken. */
    public static final int HELD_MAX = 64;

    private final Instrument instrument;
    private final ReentrantLock lock = new ReentrantLock();
    private final OrderBook book = new OrderBook();
    private final List<BookDelta> held = new ArrayList<>();
    private final Deque<BookStep.Change> history = new ArrayDeque<>();
    private final List<Subscription<BookStep>> subscriptions = new ArrayList<>();
    private boolean valid;
    private long epoch;
    private long sequence;
    private int checksum;
    private Instant venueTime = Instant.EPOCH;
    private Instant receiveTime = Instant.EPOCH;
    private BookStep.View view;
    private volatile boolean everValid;
    private volatile Instant heardTime = Instant.EPOCH;

    public BookChannel(Instrument instrument) {
        this.instrument = instrument;
    }

    public Instrument instrument() {
        return instrument;
    }

    /** Starts a new epoch with a whole book, which every reader is sent. Called by the feed. */
    public void begin(List<Level> bids, List<Level> asks, Instant venueTime, Instant receiveTime)
            throws BookIntegrityException {
        lock.lock();
        try {
            invalidate();
            book.apply(new BookDelta(bids, asks));
            if (book.isCrossed()) {
                throw new BookIntegrityException("a snapshot whose sides cross");
            }
            epoch = Epoch.after(epoch, receiveTime);
            sequence = 0;
            valid = true;
            everValid = true;
            advance(venueTime, receiveTime);
            BookStep.View whole = currentView();
            subscriptions.forEach(reader -> reader.replaceAll(whole));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Brings the book to the given levels as one change within the epoch, so that readers see no break. Called by a
     * feed whose source starts over without anything having been lost. Begins an epoch where there is none.
     */
    public void restate(List<Level> bids, List<Level> asks, Instant venueTime, Instant receiveTime)
            throws BookIntegrityException {
        lock.lock();
        try {
            if (!valid) {
                begin(bids, asks, venueTime, receiveTime);
                return;
            }
            held.clear();
            BookDelta difference = book.differenceTo(bids, asks);
            if (!difference.isEmpty()) {
                apply(difference, venueTime, receiveTime);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Applies a change and hands it to the readers. Called by the feed.
     *
     * @throws BookIntegrityException when the book stays crossed over {@link #HELD_MAX} changes or outgrows its bound
     * @throws IllegalStateException when there is no valid book
     */
    public void apply(BookDelta delta, Instant venueTime, Instant receiveTime) throws BookIntegrityException {
        lock.lock();
        try {
            if (!valid) {
                throw new IllegalStateException("a change of " + instrument.symbol() + " without a book");
            }
            held.add(delta);
            BookDelta whole = held.size() == 1 ? delta : DeltaMerge.merge(held);
            BookDelta inverse = book.apply(whole);
            if (book.isCrossed()) {
                book.apply(inverse);
                if (held.size() > HELD_MAX) {
                    throw new BookIntegrityException("crossed over " + HELD_MAX + " changes");
                }
                return;
            }
            held.clear();
            advance(venueTime, receiveTime);
            publish(new BookStep.Change(sequence, epoch, whole, checksum, venueTime, receiveTime));
        } finally {
            lock.unlock();
        }
    }

    private void advance(Instant venueTime, Instant receiveTime) {
        sequence++;
        this.venueTime = venueTime;
        this.receiveTime = receiveTime;
        heardTime = receiveTime;
        view = null;
        checksum = BookChecksum.of(
                instrument,
                book.levels(BookSide.BUY, BookChecksum.DEPTH),
                book.levels(BookSide.SELL, BookChecksum.DEPTH));
    }

    private void publish(BookStep.Change change) {
        if (history.size() == HISTORY_MAX) {
            history.removeFirst();
        }
        history.addLast(change);
        for (Subscription<BookStep> reader : subscriptions) {
            if (!reader.offer(change)) {
                // A whole book says all that a slow reader has missed.
                reader.replaceAll(currentView());
            }
        }
    }

    /** Says that the book can't be trusted any more; there is none until {@link #begin}. Called by the feed. */
    public void invalidate() {
        lock.lock();
        try {
            valid = false;
            view = null;
            book.clear();
            held.clear();
            history.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the source is alive although the book has not changed. Called by the feed. */
    public void heard(Instant receiveTime) {
        heardTime = receiveTime;
    }

    /** Whether a whole book has arrived since the start; stays true when the feed breaks later. */
    public boolean hasEverHadBook() {
        return everValid;
    }

    /** The book as it stands; empty while there is none. */
    public Optional<BookStep.View> view() {
        lock.lock();
        try {
            return valid ? Optional.of(currentView()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private BookStep.View currentView() {
        if (view == null) {
            view = new BookStep.View(
                    sequence,
                    epoch,
                    book.levels(BookSide.BUY, OrderBook.MAX_LEVELS),
                    book.levels(BookSide.SELL, OrderBook.MAX_LEVELS),
                    checksum,
                    venueTime,
                    receiveTime);
        }
        return view;
    }

    /**
     * The middle of the book in USDC, unless a side is empty or the source was silent for longer than {@code stale}.
     */
    public Optional<String> midPrice(Instant now, Duration stale) {
        lock.lock();
        try {
            if (!valid
                    || book.bestBid().isEmpty()
                    || book.bestAsk().isEmpty()
                    || heardTime.plus(stale).isBefore(now)) {
                return Optional.empty();
            }
            return Optional.of(instrument.midPrice(
                    book.bestBid().getAsLong(), book.bestAsk().getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a reader. Its backlog holds the changes after {@code resumeFrom} where they are kept, else the whole book.
     *
     * @param resumeFrom last sequence the reader has applied, 0 for none
     * @param resumeEpoch the epoch it belongs to
     * @return empty while there is no book
     */
    public Optional<Subscription<BookStep>> subscribe(long resumeFrom, long resumeEpoch) {
        lock.lock();
        try {
            if (!valid) {
                return Optional.empty();
            }
            boolean resumable =
                    resumeEpoch == epoch && resumeFrom > 0 && resumeFrom <= sequence && isKept(resumeFrom + 1);
            List<BookStep> backlog = new ArrayList<>();
            if (resumable) {
                history.stream().filter(c -> c.sequence() > resumeFrom).forEach(backlog::add);
            } else {
                backlog.add(currentView());
            }
            Subscription<BookStep> reader = new Subscription<>(backlog, false, this::remove);
            subscriptions.add(reader);
            return Optional.of(reader);
        } finally {
            lock.unlock();
        }
    }

    private boolean isKept(long wanted) {
        return wanted > sequence || (!history.isEmpty() && history.getFirst().sequence() <= wanted);
    }

    private void remove(Subscription<BookStep> reader) {
        lock.lock();
        try {
            subscriptions.remove(reader);
        } finally {
            lock.unlock();
        }
    }
}
