package dev.quantdesk.execution.cluster;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of one embedded member: small terms and sparse files (21 MB of shared memory), one thread per part, and
 * one wake group instead of busy polling. Everything is bound to the member's own address, which is the loopback address
 * unless the settings name another.
 */
final class NodeContexts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeContexts.class);

    static final String LOCAL_CONTROL_CHANNEL = "aeron:ipc?term-length=64k";

    private static final int SMALL_TERM_LENGTH = 64 * 1024;
    /** When it starts, the archive reads the last segment in one piece: in several it loses sight of an entry at a seam. */
    private static final int SEGMENT_LENGTH = 4 * 1024 * 1024;

    /** A snapshot's chunks are as long as its fragments, and its terms as large as it takes to be quick. */
    private static final String SNAPSHOT_CHANNEL =
            "aeron:ipc?alias=" + SnapshotArchive.CHANNEL_ALIAS + "|term-length=1m|mtu=32k|sparse=true";

    private static final int COUNTERS_LENGTH = 1024 * 1024;
    private static final long LOW_STORAGE_WARNING_BYTES = 16L * 1024 * 1024;
    private static final long HOUSEKEEPING_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LIVENESS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long ELECTION_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A candidate waits this long for the vote of a dead member before the others' votes are enough. */
    private static final long ELECTION_AMONG_MEMBERS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    /** Members that are started together may come up at different times: a first leader waits that long for all. */
    private static final int CANVASS_LEADER_TIMEOUTS = 5;

    private static final int HEARTBEATS_PER_LEADER_TIMEOUT = 5;
    private static final int SESSIONS_MAX = 32;

    private final EngineNodeConfig config;
    private final EngineMembers members;
    private final DataDirectory directory;
    private final WakeGroup wakeGroup;
    private final IngressKey ingressKey;
    private final List<IdleStrategy> strategies = new CopyOnWriteArrayList<>();

    NodeContexts(EngineNodeConfig config, DataDirectory directory, WakeGroup wakeGroup, IngressKey ingressKey) {
        this.config = config;
        members = config.members();
        this.directory = directory;
        this.wakeGroup = wakeGroup;
        this.ingressKey = ingressKey;
    }

    MediaDriver.Context driver() {
        return new MediaDriver.Context()
                .aeronDirectoryName(aeronDirectory())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .warnIfDirectoryExists(false)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idleStrategy())
                .spiesSimulateConnection(true)
                .termBufferSparseFile(true)
                .publicationTermBufferLength(SMALL_TERM_LENGTH)
                .ipcTermBufferLength(SMALL_TERM_LENGTH)
                .counterValuesBufferLength(COUNTERS_LENGTH)
                .lowStorageWarningThreshold(LOW_STORAGE_WARNING_BYTES)
                .asyncExecutorEnabled(false)
                .conductorCycleThresholdNs(HOUSEKEEPING_NANOS)
                .timerIntervalNs(HOUSEKEEPING_NANOS)
                .clientLivenessTimeoutNs(LIVENESS_NANOS)
                .imageLivenessTimeoutNs(LIVENESS_NANOS)
                .publicationUnblockTimeoutNs(LIVENESS_NANOS + LIVENESS_NANOS / 2)
                .errorHandler(logErrorsOf("driver"));
    }

    Archive.Context archive() {
        return new Archive.Context()
                .aeronDirectoryName(aeronDirectory())
                .archiveDir(directory.archive().toFile())
                .controlChannel("aeron:udp?endpoint=" + members.self().archive())
                .localControlChannel(LOCAL_CONTROL_CHANNEL)
                .replicationChannel(anyOwnPort())
                .recordingEventsEnabled(false)
                .threadingMode(ArchiveThreadingMode.SHARED)
                .idleStrategySupplier(this::idleStrategy)
                .segmentFileLength(SEGMENT_LENGTH)
                .fileIoMaxLength(SEGMENT_LENGTH)
                .fileSyncLevel(config.fileSyncLevel())
                .catalogFileSyncLevel(config.fileSyncLevel())
                // Tells a last entry that was cut short by a kill from a whole one: see TornEntries.
                .recordChecksum(new EntryChecksum())
                .errorHandler(logErrorsOf("archive"));
    }

    ConsensusModule.Context consensus(Runnable onTermination) {
        return consensus(onTermination, logErrorsOf("consensus"));
    }

    /** @param onError sees everything that goes wrong; must log it */
    ConsensusModule.Context consensus(Runnable onTermination, ErrorHandler onError) {
        ConsensusModule.Context context = new ConsensusModule.Context()
                .aeronDirectoryName(aeronDirectory())
                .clusterDir(directory.cluster().toFile())
                .clusterMemberId(members.memberId())
                .clusterMembers(members.endpoints())
                .ingressChannel("aeron:udp?term-length=256k")
                .egressChannel("aeron:udp?term-length=256k")
                .logChannel("aeron:udp?term-length=1m")
                .consensusChannel("aeron:udp?term-length=64k")
                .replicationChannel(anyOwnPort())
                .archiveContext(archiveClient())
                .idleStrategySupplier(this::idleStrategy)
                .fileSyncLevel(config.fileSyncLevel())
                .authenticatorSupplier(ingressKey::authenticator)
                .maxConcurrentSessions(SESSIONS_MAX)
                .sessionTimeoutNs(LIVENESS_NANOS)
                .terminationHook(onTermination)
                .errorHandler(onError);
        return members.isAlone() ? alone(context) : amongMembers(context);
    }

    /** In-process clients come in by IPC; the ingress channel itself must then be UDP, or all is taken in twice. */
    private static ConsensusModule.Context alone(ConsensusModule.Context context) {
        return context.isIpcIngressAllowed(true)
                .leaderHeartbeatTimeoutNs(LIVENESS_NANOS)
                .electionTimeoutNs(ELECTION_NANOS);
    }

    /** All clients come in by UDP, the leader's own too: the same way, whoever leads. */
    private ConsensusModule.Context amongMembers(ConsensusModule.Context context) {
        long leaderNanos = members.leaderTimeout().toNanos();
        return context.isIpcIngressAllowed(false)
                .leaderHeartbeatTimeoutNs(leaderNanos)
                .leaderHeartbeatIntervalNs(leaderNanos / HEARTBEATS_PER_LEADER_TIMEOUT)
                .startupCanvassTimeoutNs(CANVASS_LEADER_TIMEOUTS * leaderNanos)
                .electionTimeoutNs(ELECTION_AMONG_MEMBERS_NANOS);
    }

    ClusteredServiceContainer.Context container(ClusteredService service, Runnable onTermination) {
        return new ClusteredServiceContainer.Context()
                .aeronDirectoryName(aeronDirectory())
                .clusterDir(directory.cluster().toFile())
                .archiveContext(archiveClient())
                .clusteredService(service)
                .snapshotChannel(SNAPSHOT_CHANNEL)
                .idleStrategySupplier(this::idleStrategy)
                .terminationHook(onTermination)
                .errorHandler(logErrorsOf("service"));
    }

    /** To be called once the parts are closed. */
    void leaveWakeGroup() {
        strategies.forEach(wakeGroup::leave);
        strategies.clear();
    }

    private AeronArchive.Context archiveClient() {
        return new AeronArchive.Context()
                .aeronDirectoryName(aeronDirectory())
                .controlRequestChannel(LOCAL_CONTROL_CHANNEL)
                .controlResponseChannel(LOCAL_CONTROL_CHANNEL);
    }

    private String anyOwnPort() {
        return "aeron:udp?endpoint=" + members.self().host() + ":0";
    }

    private String aeronDirectory() {
        return config.aeronDir().toAbsolutePath().toString();
    }

    private IdleStrategy idleStrategy() {
        IdleStrategy strategy = wakeGroup.join(config.idlePark());
        strategies.add(strategy);
        return strategy;
    }

    static ErrorHandler logErrorsOf(String part) {
        return error -> LOG.warn("order engine, {}: {}", part, error.toString(), error);
    }
}
