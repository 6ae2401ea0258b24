package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ReplayParams;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.codecs.MessageHeaderDecoder;
import io.aeron.cluster.codecs.NewLeadershipTermEventDecoder;
import io.aeron.cluster.codecs.SessionMessageHeaderDecoder;
import io.aeron.cluster.codecs.TimerEventDecoder;
import io.aeron.cluster.service.ClusterClock;
import io.aeron.cluster.service.ClusterCounters;
import io.aeron.logbuffer.Header;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * Reads the cluster's log from its start or a snapshot, and then as it grows, never beyond what is committed: the archive's replay is
 * bounded by the commit position. One thread, which must poll at least every few seconds.
 */
final class LogReplay implements AutoCloseable {
    /** What the log says to the engine. Other entries (sessions, terms) do not concern it. */
    interface Handler {
        void onMessage(long timestamp, DirectBuffer buffer, int offset, int length);

        void onTimer(long timerId, long timestamp);

        /** Says where to begin: 0, or the position of a snapshot that it has taken over. Called once, first. */
        default long begin(SnapshotArchive snapshots) {
            return 0;
        }
    }

    private static final String REPLAY_CHANNEL = "aeron:ipc";
    private static final int REPLAY_STREAM_ID = 9_100;
    private static final int CLUSTER_ID = 0;
    private static final int RECORDINGS_MAX = 1_000;
    private static final int FRAGMENTS_PER_POLL = 64;
    private static final int RESPONSE_CHECK_INTERVAL_POLLS = 16;
    private static final long IMAGE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AtomicReference<Throwable> error = new AtomicReference<>();
    private final Handler handler;
    private final Aeron aeron;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onFragment);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SessionMessageHeaderDecoder message = new SessionMessageHeaderDecoder();
    private final TimerEventDecoder timer = new TimerEventDecoder();
    private final NewLeadershipTermEventDecoder term = new NewLeadershipTermEventDecoder();
    private AeronArchive archive;
    private Subscription subscription;
    private Image image;
    private int sessionId;
    private long committedAtStart;
    private long startPosition;
    private long imageDeadlineNanos;
    private int polls;

    /** @throws RuntimeException when there is nothing to replay yet; to be tried again */
    LogReplay(Path aeronDir, Handler handler) {
        this.handler = handler;
        aeron = AeronConnection.open(aeronDir, error::set);
        try {
            archive = AeronConnection.archive(aeron, error::set);
            long recording = findRecording();
            int commitPosition = findCommitPosition();
            start(recording, handler.begin(new SnapshotArchive(aeron, archive)), commitPosition);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private int findCommitPosition() {
        CountersReader counters = aeron.countersReader();
        int counter = ClusterCounters.find(counters, ConsensusModule.Configuration.COMMIT_POSITION_TYPE_ID, CLUSTER_ID);
        if (counter == CountersReader.NULL_COUNTER_ID) {
            throw new IllegalStateException("the node has no commit position yet");
        }
        committedAtStart = counters.getCounterValue(counter);
        return counter;
    }

    private long findRecording() {
        long[] found = {AeronArchive.NULL_POSITION, 0, 0};
        archive.listRecordingsForUri(
                0,
                RECORDINGS_MAX,
                "",
                ConsensusModule.Configuration.LOG_STREAM_ID_DEFAULT,
                (controlSession,
                        correlation,
                        id,
                        startTime,
                        stopTime,
                        start,
                        stop,
                        initialTerm,
                        segment,
                        termLength,
                        mtu,
                        session,
                        stream,
                        channel,
                        original,
                        source) -> {
                    found[0] = id;
                    found[1] = start;
                    found[2] = stop;
                });
        if (found[0] == AeronArchive.NULL_POSITION || found[2] != AeronArchive.NULL_POSITION) {
            throw new IllegalStateException("the node is not writing its log yet");
        }
        if (found[1] != 0) {
            throw new IllegalStateException("the log begins at position " + found[1] + ": its start was cut off");
        }
        return found[0];
    }

    private void start(long recordingId, long position, int commitPositionCounter) {
        startPosition = position;
        long replaySession = archive.startReplay(
                recordingId,
                REPLAY_CHANNEL,
                REPLAY_STREAM_ID,
                new ReplayParams()
                        .position(position)
                        .length(AeronArchive.REPLAY_ALL_AND_FOLLOW)
                        .boundingLimitCounterId(commitPositionCounter));
        sessionId = (int) replaySession;
        subscription = aeron.addSubscription(ChannelUri.addSessionId(REPLAY_CHANNEL, sessionId), REPLAY_STREAM_ID);
        imageDeadlineNanos = System.nanoTime() + IMAGE_TIMEOUT_NANOS;
    }

    /**
     * Hands on what is there.
     *
     * @return how much was done
     * @throws RuntimeException when the replay has ended, or what the handler throws
     */
    int poll() {
        int work = keepAlive();
        if (image == null) {
            image = subscription.imageBySessionId(sessionId);
            if (image == null && System.nanoTime() - imageDeadlineNanos >= 0) {
                throw new IllegalStateException("the archive does not send the log");
            }
            return work;
        }
        work += image.poll(assembler, FRAGMENTS_PER_POLL);
        if (error.get() != null) {
            throw new IllegalStateException("reading the log failed", error.get());
        }
        if (image.isClosed() || image.isEndOfStream()) {
            throw new IllegalStateException("the log's replay has ended");
        }
        return work;
    }

    /** Keeps the connections alive without reading on. @return how much was done */
    int keepAlive() {
        int work = aeron.conductorAgentInvoker().invoke();
        if (error.get() != null || aeron.isClosed()) {
            throw new IllegalStateException("the connection to the log is lost", error.get());
        }
        if (++polls % RESPONSE_CHECK_INTERVAL_POLLS == 0) {
            String response = archive.pollForErrorResponse();
            if (response != null) {
                throw new IllegalStateException("the archive says: " + response);
            }
        }
        return work;
    }

    /** Whether everything has been read that was committed when the replay began. */
    boolean isCaughtUp() {
        return image != null && image.position() >= Math.max(startPosition, committedAtStart);
    }

    private void onFragment(DirectBuffer buffer, int offset, int length, Header fragmentHeader) {
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            throw new IllegalStateException("the log has an entry of schema " + header.schemaId());
        }
        int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        switch (header.templateId()) {
            case SessionMessageHeaderDecoder.TEMPLATE_ID -> {
                message.wrap(buffer, body, header.blockLength(), header.version());
                handler.onMessage(
                        message.timestamp(),
                        buffer,
                        offset + AeronCluster.SESSION_HEADER_LENGTH,
                        length - AeronCluster.SESSION_HEADER_LENGTH);
            }
            case TimerEventDecoder.TEMPLATE_ID -> {
                timer.wrap(buffer, body, header.blockLength(), header.version());
                handler.onTimer(timer.correlationId(), timer.timestamp());
            }
            case NewLeadershipTermEventDecoder.TEMPLATE_ID -> {
                term.wrap(buffer, body, header.blockLength(), header.version());
                checkTimeUnit(ClusterClock.map(term.timeUnit()));
            }
            default -> {
                // Sessions that open and close, and requests to the node: nothing the engine sees.
            }
        }
    }

    private static void checkTimeUnit(TimeUnit unit) {
        if (unit != TimeUnit.MILLISECONDS) {
            throw new IllegalStateException("the log's times are " + unit + ", not milliseconds");
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(subscription, archive, aeron);
    }
}
