package dev.quantdesk.risk.events;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quantdesk.kit.event.EventConsumer;
import dev.quantdesk.kit.event.EventConsumer.Sequenced;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import dev.quantdesk.risk.account.Accounts;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * Takes the order engine's events over into the accounts and stores what follows from them. The accounts are ahead of
 * the store by at most one batch; after a crash the events behind the stored cursor are read again.
 *
 * <p>The accounts are trusted from the moment they have caught up with the stream until events are found missing,
 * contradictory or too far ahead. A stream that begins anew at 1 with another history is taken over from scratch; one
 * that is merely filled again, with the same history, is waited for.
 *
 * <p>Thread-safe.
 */
public final class ExecutionFollower implements AutoCloseable {
    /** Redis stream of the engine's events. */
    public static final String STREAM = "execution.events";
    /** Events that the accounts may be behind before they are no longer trusted. */
    static final long LAG_MAX = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionFollower.class);

    private final RedisClient redis;
    private final StreamProbe<ExecutionEvent> probe;
    private final EventReader reader;
    private final Accounts accounts;
    private final RiskStore store;
    private final Handler handler = new Handler();
    private final ReentrantLock lock = new ReentrantLock();
    private final PendingRows pending = new PendingRows();
    private boolean unsaved;
    private Cursor cursor = Cursor.START;
    private String trouble = "";
    private volatile long sequence;
    private volatile long lag;
    private volatile boolean trusted;
    private volatile EventConsumer<ExecutionEvent> consumer;

    ExecutionFollower(RedisClient redis, Markets markets, Accounts accounts, RiskStore store) {
        this.redis = redis;
        this.probe = new StreamProbe<>(redis, STREAM, ExecutionEvent.parser());
        this.reader = new EventReader(markets);
        this.accounts = accounts;
        this.store = store;
    }

    /** Loads what was stored and follows the stream from there. @throws Exception when the store can't be read */
    void start() throws Exception {
        cursor = store.load(accounts);
        sequence = cursor.sequence();
        consumer = EventConsumer.start(redis, STREAM, ExecutionEvent.parser(), handler);
    }

    /** Whether accounts are complete enough to let orders add risk. */
    public boolean isTrusted() {
        return trusted && consumer.isLive();
    }

    /** Sequence up to which the accounts are complete. */
    public long sequence() {
        return sequence;
    }

    /** Events that the stream was ahead at the last look. */
    public long lag() {
        return lag;
    }

    /**
     * Compares the accounts with the end of the stream, and starts over when the stream did. Called about once a
     * second.
     *
     * @return whether every event that was in the stream at the beginning of the call has been taken over
     */
    boolean check() throws InvalidProtocolBufferException {
        long last;
        boolean beganAnew = false;
        // Before the look at the stream: events that come in meanwhile must not make the stream seem to have lost them.
        long taken = sequence;
        try {
            last = probe.lastSequence();
        } catch (RuntimeException unreachable) {
            LOG.warn("{} can't be looked at: {}", STREAM, unreachable.toString());
            return false;
        }
        lock.lock();
        try {
            lag = Math.max(0, last - cursor.sequence());
            if (last < taken) {
                beganAnew = beginsWithOtherEvent();
                distrust(lostEvents(last));
            } else if (lag == 0) {
                trust();
            } else if (lag > LAG_MAX) {
                distrust("the accounts are more than " + LAG_MAX + " events behind");
            }
        } finally {
            lock.unlock();
        }
        if (beganAnew) {
            // Its own thread waits for events after the cursor, which may never come.
            consumer.close();
            consumer = EventConsumer.start(redis, STREAM, ExecutionEvent.parser(), handler);
        }
        return lag == 0 && isTrusted();
    }

    private String lostEvents(long last) {
        return STREAM + " ends at " + last + " and was taken over up to " + cursor.sequence()
                + ": waiting until it is filled again";
    }

    private boolean beginsWithOtherEvent() throws InvalidProtocolBufferException {
        Optional<StreamProbe.Entry<ExecutionEvent>> first = probe.firstAfter(0);
        return first.isPresent()
                && first.get().sequence() == 1
                && !Cursor.time(first.get().event()).equals(cursor.firstEventTime());
    }

    private boolean hasOtherEventAtCursor() throws InvalidProtocolBufferException {
        Optional<StreamProbe.Entry<ExecutionEvent>> found = probe.firstAfter(cursor.sequence() - 1);
        return found.isPresent()
                && found.get().sequence() == cursor.sequence()
                && !Cursor.time(found.get().event()).equals(cursor.eventTime());
    }

    private void trust() {
        if (!trusted) {
            LOG.info("the accounts are complete up to event {}", cursor.sequence());
        }
        trusted = true;
        trouble = "";
    }

    private void distrust(String why) {
        trusted = false;
        if (!why.equals(trouble)) {
            LOG.error("orders that add risk are refused: {}", why);
        }
        trouble = why;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Called by the consumer's thread. */
    private final class Handler implements EventConsumer.Handler<ExecutionEvent> {
        @Override
        public long lastSequence() throws Exception {
            lock.lock();
            try {
                save();
                if (cursor.sequence() > 0) {
                    compareHistories();
                }
                return cursor.sequence();
            } finally {
                lock.unlock();
            }
        }

        private void compareHistories() throws Exception {
            if (beginsWithOtherEvent()) {
                startOver();
            } else if (hasOtherEventAtCursor()) {
                throw stop("the events of " + STREAM + " are not those taken over before, and its first ones are gone: "
                        + "remove the stream, so that execution-svc fills it from its log");
            }
        }

        private void startOver() throws Exception {
            distrust(STREAM + " has begun anew: positions and open orders are built from its first event");
            store.clear();
            accounts.clearEngineState();
            pending.clear();
            unsaved = false;
            cursor = Cursor.START;
            sequence = 0;
        }

        @Override
        public void accept(List<Sequenced<ExecutionEvent>> events) throws Exception {
            lock.lock();
            try {
                for (Sequenced<ExecutionEvent> event : events) {
                    take(event.sequence(), event.event());
                }
                save();
            } finally {
                lock.unlock();
            }
        }

        private void take(long eventSequence, ExecutionEvent event) {
            if (eventSequence <= cursor.sequence()) {
                return;
            }
            if (eventSequence != cursor.sequence() + 1) {
                throw missing(eventSequence);
            }
            if (event.getSequence() != eventSequence) {
                throw stop("entry " + eventSequence + " of " + STREAM + " holds event " + event.getSequence());
            }
            try {
                accounts.apply(reader.read(event), pending);
            } catch (IllegalArgumentException | IllegalStateException | ArithmeticException wrong) {
                throw stop("event " + eventSequence + " of " + STREAM + " can't be taken over: " + wrong.getMessage());
            }
            unsaved = true;
            cursor = cursor.after(event);
            sequence = cursor.sequence();
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            if (firstAvailable <= lastSequence) {
                // The stream ends before what is known: it is being filled again, and is read on from where we are.
                return lastSequence;
            }
            lock.lock();
            try {
                throw missing(firstAvailable);
            } finally {
                lock.unlock();
            }
        }

        private EventStreamException missing(long firstAvailable) {
            return stop("events " + (cursor.sequence() + 1) + " to " + (firstAvailable - 1) + " of " + STREAM
                    + " are missing: remove the stream, so that execution-svc fills it from its log");
        }

        private EventStreamException stop(String why) {
            distrust(why);
            return new EventStreamException(why);
        }

        private void save() throws Exception {
            if (unsaved) {
                store.write(pending.rows(accounts), cursor);
                pending.clear();
                unsaved = false;
            }
        }
    }

    /** The stream can't be taken over as it is. */
    static final class EventStreamException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EventStreamException(String message) {
            super(message, null, false, false);
        }
    }
}
