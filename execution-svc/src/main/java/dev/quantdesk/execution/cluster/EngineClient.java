package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends commands to the engine and hands back its replies. A reply comes only after the command is journalled, by most
 * members where there are several. When the connection is lost it is made anew, and when another member takes the lead
 * it is followed; unanswered commands are then sent again, which does no harm: the engine knows a repeated command.
 * Thread-safe; one thread of its own does the work.
 */
public final class EngineClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineClient.class);

    /** Sent and unanswered at most, so that the replies always fit the egress buffer. */
    private static final int IN_FLIGHT_MAX = 512;

    private static final int SENDS_PER_ROUND = 64;
    private static final long EXPIRY_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long RECONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Duration IDLE_PARK = Duration.ofMillis(20);
    private static final long CLOSE_WAIT_MILLIS = 5_000;

    private final EngineClientConfig config;
    private final WakeGroup wakeGroup;
    private final IdleStrategy idleStrategy;
    private final Thread thread;
    private final Semaphore room;
    private final Queue<Pending> submitted = new ConcurrentLinkedQueue<>();

    // Of the client's thread only: every unanswered command by correlation id in order, and those to be sent.
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private final ArrayDeque<Pending> toSend = new ArrayDeque<>();
    private final ExpandableArrayBuffer sendBuffer = new ExpandableArrayBuffer(EngineReplica.MESSAGE_LENGTH_MAX);
    private ClusterLink link;
    private long lastCorrelationId;
    private long reconnectAtNanos = System.nanoTime();
    private long nextExpiryCheckNanos = reconnectAtNanos;
    private int inFlight;
    private String lastConnectFailure = "";

    private volatile boolean connected;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile long lastAckedSequence;

    private static final class Pending {
        /** Empty for a barrier. */
        final Optional<Command> command;

        final long deadlineNanos;
        final CompletableFuture<Reply> future = new CompletableFuture<>();
        long correlationId;
        boolean everSent;
        boolean inFlight;
        long sentNanos;

        Pending(Optional<Command> command, long deadlineNanos) {
            this.command = command;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private EngineClient(EngineClientConfig config, WakeGroup wakeGroup) {
        this.config = config;
        this.wakeGroup = wakeGroup;
        room = new Semaphore(config.maxPending());
        idleStrategy = wakeGroup.join(IDLE_PARK);
        thread = Thread.ofPlatform().name("engine-client").daemon().unstarted(this::run);
    }

    /** Starts a client; it connects in the background, and takes commands at once. */
    public static EngineClient start(EngineClientConfig config, WakeGroup wakeGroup) {
        EngineClient client = new EngineClient(config, wakeGroup);
        client.thread.start();
        return client;
    }

    /**
     * Sends a command. May be called by any thread, and never blocks. The future completes on the client's thread:
     * what follows must not block it. It fails with
     * <ul>
     *   <li>{@link EngineBusyException} when too many commands wait: not carried out;
     *   <li>{@link EngineUnavailableException} when it could not be sent before the deadline: not carried out;
     *   <li>{@link OutcomeUnknownException} when it was sent and not answered before the deadline.
     * </ul>
     *
     * @param deadline from now, until the reply
     */
    public CompletableFuture<Reply> submit(Command command, Duration deadline) {
        return enqueue(Optional.of(command), deadline);
    }

    /**
     * Asks how far the engine is, in the order of the log: everything that was acknowledged to anybody before this call
     * has a sequence up to the one that comes back. Changes nothing. Fails as {@link #submit} does.
     */
    public CompletableFuture<Long> barrier(Duration deadline) {
        return enqueue(Optional.empty(), deadline).thenApply(Reply::sequence);
    }

    private CompletableFuture<Reply> enqueue(Optional<Command> command, Duration deadline) {
        Pending entry = new Pending(command, System.nanoTime() + deadline.toNanos());
        if (!room.tryAcquire()) {
            entry.future.completeExceptionally(
                    new EngineBusyException(config.maxPending() + " commands wait for the engine already"));
            return entry.future;
        }
        submitted.add(entry);
        if (ended) {
            failSubmitted();
        } else if (!Thread.currentThread().equals(thread)) {
            wakeGroup.wakeAll();
        }
        return entry.future;
    }

    public boolean isConnected() {
        return connected;
    }

    /** The highest sequence any reply has carried; 0 before the first. */
    public long lastAckedSequence() {
        return lastAckedSequence;
    }

    private void run() {
        try {
            while (!closing) {
                idleStrategy.idle(doWork(System.nanoTime()));
            }
        } finally {
            connected = false;
            CloseHelper.quietClose(link);
            wakeGroup.leave(idleStrategy);
            pending.values().forEach(entry -> failUnanswered(entry, "the client was closed"));
            ended = true;
            failSubmitted();
        }
    }

    private int doWork(long nowNanos) {
        int work = takeSubmitted();
        try {
            work += link == null ? connect(nowNanos) : link.poll(nowNanos);
            if (link != null && link.takeLeaderChange()) {
                sendAgain();
            }
            if (link != null && link.isConnected()) {
                connected = true;
                work += send(nowNanos);
            }
        } catch (RuntimeException e) {
            onLinkFailure(e);
            disconnect(nowNanos);
        }
        if (nowNanos - nextExpiryCheckNanos >= 0) {
            nextExpiryCheckNanos = nowNanos + EXPIRY_CHECK_NANOS;
            expire(nowNanos);
        }
        return work;
    }

    private int takeSubmitted() {
        int taken = 0;
        for (Pending entry = submitted.poll(); entry != null; entry = submitted.poll()) {
            entry.correlationId = ++lastCorrelationId;
            pending.put(entry.correlationId, entry);
            toSend.add(entry);
            taken++;
        }
        return taken;
    }

    private int connect(long nowNanos) {
        if (nowNanos - reconnectAtNanos < 0) {
            return 0;
        }
        link = new ClusterLink(config, this::onReply);
        return 1;
    }

    /** That no node runs yet, or the election is not over, is no news: it is said once. */
    private void onLinkFailure(RuntimeException e) {
        if (connected) {
            LOG.warn("engine connection lost, {} commands will be sent again", inFlight, e);
            lastConnectFailure = "";
        } else if (!e.toString().equals(lastConnectFailure)) {
            lastConnectFailure = e.toString();
            LOG.info("engine not reached yet: {}", lastConnectFailure);
        }
    }

    private void disconnect(long nowNanos) {
        connected = false;
        CloseHelper.quietClose(link);
        link = null;
        reconnectAtNanos = nowNanos + RECONNECT_PAUSE_NANOS;
        sendAgain();
    }

    /** Everything unanswered is queued again, in the order it was submitted in. */
    private void sendAgain() {
        inFlight = 0;
        toSend.clear();
        for (Pending entry : pending.values()) {
            entry.inFlight = false;
            toSend.add(entry);
        }
    }

    private int send(long nowNanos) {
        int sent = 0;
        while (sent < SENDS_PER_ROUND && inFlight < IN_FLIGHT_MAX && !toSend.isEmpty()) {
            Pending entry = toSend.peek();
            if (pending.containsKey(entry.correlationId)) {
                int length = encode(entry);
                if (!link.offer(sendBuffer, length)) {
                    return sent;
                }
                entry.everSent = true;
                entry.inFlight = true;
                entry.sentNanos = nowNanos;
                inFlight++;
            }
            toSend.remove();
            sent++;
        }
        return sent;
    }

    private int encode(Pending entry) {
        return entry.command.isPresent()
                ? EngineReplica.encode(entry.correlationId, entry.command.get(), sendBuffer)
                : EngineReplica.encodeBarrier(entry.correlationId, sendBuffer);
    }

    private void onReply(DirectBuffer buffer, int offset, int length) {
        Reply reply = CommandCodec.decodeReply(
                buffer, offset + EngineReplica.CORRELATION_LENGTH, length - EngineReplica.CORRELATION_LENGTH);
        lastAckedSequence = Math.max(lastAckedSequence, reply.sequence());
        Pending entry = pending.remove(EngineReplica.correlationId(buffer, offset));
        if (entry != null) {
            finish(entry);
            entry.future.complete(reply);
        }
    }

    private void expire(long nowNanos) {
        boolean silent = false;
        for (Iterator<Pending> entries = pending.values().iterator(); entries.hasNext(); ) {
            Pending entry = entries.next();
            silent |= entry.inFlight
                    && nowNanos - entry.sentNanos > config.answerTimeout().toNanos();
            if (nowNanos - entry.deadlineNanos >= 0) {
                entries.remove();
                finish(entry);
                failUnanswered(entry, "the deadline passed");
            }
        }
        if (silent) {
            LOG.warn("the engine has not answered for {}, connecting anew", config.answerTimeout());
            disconnect(nowNanos);
        }
    }

    private void finish(Pending entry) {
        room.release();
        if (entry.inFlight) {
            inFlight--;
        }
    }

    private static void failUnanswered(Pending entry, String why) {
        entry.future.completeExceptionally(
                entry.everSent
                        ? new OutcomeUnknownException(why + " after the command was sent, before it was answered")
                        : new EngineUnavailableException(why + " before the command could be sent"));
    }

    private void failSubmitted() {
        for (Pending entry = submitted.poll(); entry != null; entry = submitted.poll()) {
            failUnanswered(entry, "the client was closed");
        }
    }

    /** Ends the client. Unanswered commands fail; those that were sent may still be carried out. */
    @Override
    public void close() {
        closing = true;
        wakeGroup.wakeAll();
        try {
            if (!thread.join(Duration.ofMillis(CLOSE_WAIT_MILLIS))) {
                LOG.warn("the engine client's thread has not ended within {} ms", CLOSE_WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
