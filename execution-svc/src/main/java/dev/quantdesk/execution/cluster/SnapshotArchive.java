package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.codecs.MessageHeaderDecoder;
import io.aeron.cluster.codecs.SnapshotMark;
import io.aeron.cluster.codecs.SnapshotMarkerDecoder;
import io.aeron.cluster.service.ClusteredServiceContainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** The snapshots that a node's archive has of its engine. Used by one thread, which drives the connection. */
final class SnapshotArchive {
    static final String CHANNEL_ALIAS = "snapshot";

    private static final String REPLAY_CHANNEL = "aeron:ipc";
    private static final int REPLAY_STREAM_ID = 9_101;
    private static final int RECORDINGS_MAX = 1_000;
    private static final long IMAGE_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

    private final Aeron aeron;
    private final AeronArchive archive;

    /** What is done with one snapshot. @return whether it was taken over; the rest of it is left then too */
    @FunctionalInterface
    interface Loader {
        boolean load(SnapshotReader in);
    }

    SnapshotArchive(Aeron aeron, AeronArchive archive) {
        this.aeron = aeron;
        this.archive = archive;
    }

    /** Recording ids of all that were written to their end, the newest first. */
    List<Long> newestFirst() {
        return complete(ClusteredServiceContainer.Configuration.SNAPSHOT_STREAM_ID_DEFAULT);
    }

    /** Recordings of snapshots, and of the cluster's own part of them, that are older than the newest kept and not kept. */
    List<Long> supersededBy(Set<Long> kept) {
        long newest = kept.stream().mapToLong(Long::longValue).max().orElse(0);
        List<Long> recordings = new ArrayList<>(complete(ConsensusModule.Configuration.SNAPSHOT_STREAM_ID_DEFAULT));
        recordings.addAll(newestFirst());
        recordings.removeIf(recording -> recording >= newest || kept.contains(recording));
        return recordings;
    }

    private List<Long> complete(int streamId) {
        List<Long> recordings = new ArrayList<>();
        archive.listRecordingsForUri(
                0,
                RECORDINGS_MAX,
                CHANNEL_ALIAS,
                streamId,
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
                    if (stop != AeronArchive.NULL_POSITION) {
                        recordings.addFirst(id);
                    }
                });
        return recordings;
    }

    /**
     * Reads one.
     *
     * @return the log's position after what is in it, or {@link AeronArchive#NULL_POSITION} when the loader has not taken it
     * @throws SnapshotException when it can't be read
     */
    long load(long recordingId, Loader loader) {
        int sessionId = (int)
                archive.startReplay(recordingId, 0, AeronArchive.REPLAY_ALL_AND_STOP, REPLAY_CHANNEL, REPLAY_STREAM_ID);
        String channel = ChannelUri.addSessionId(REPLAY_CHANNEL, sessionId);
        try (Subscription subscription = aeron.addSubscription(channel, REPLAY_STREAM_ID)) {
            SnapshotImage chunks = new SnapshotImage(awaitImage(subscription, sessionId), this::idle);
            long position = readClusterPart(chunks);
            return loader.load(new SnapshotReader(chunks)) ? position : AeronArchive.NULL_POSITION;
        }
    }

    private Image awaitImage(Subscription subscription, int sessionId) {
        long deadline = System.nanoTime() + IMAGE_NANOS_MAX;
        Image image = subscription.imageBySessionId(sessionId);
        while (image == null) {
            if (System.nanoTime() - deadline > 0) {
                throw new SnapshotException("the archive does not send the snapshot");
            }
            idle(0);
            image = subscription.imageBySessionId(sessionId);
        }
        return image;
    }

    private void idle(int work) {
        int done = work + aeron.conductorAgentInvoker().invoke();
        if (done == 0) {
            Thread.yield();
        }
    }

    /** What the cluster itself writes stands before the engine's part: two marks, and its sessions between them. */
    private static long readClusterPart(SnapshotImage chunks) {
        UnsafeBuffer entry = new UnsafeBuffer(0, 0);
        MessageHeaderDecoder header = new MessageHeaderDecoder();
        SnapshotMarkerDecoder mark = new SnapshotMarkerDecoder();
        while (true) {
            entry.wrap(chunks.next());
            header.wrap(entry, 0);
            if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
                throw new SnapshotException("the snapshot does not begin as one of a cluster");
            }
            if (header.templateId() == SnapshotMarkerDecoder.TEMPLATE_ID) {
                mark.wrap(entry, MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
                if (mark.mark() == SnapshotMark.END) {
                    return mark.logPosition();
                }
            }
        }
    }
}
