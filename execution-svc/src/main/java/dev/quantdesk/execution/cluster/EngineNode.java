package dev.quantdesk.execution.cluster;

import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.service.ClusteredServiceContainer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One embedded member of the order engine's cluster: driver, archive, consensus and the engine itself, each on a thread
 * of its own. Commands go in by an {@link EngineClient}; what it committed is read by a {@link LogFollower}. It
 * recovers from its latest snapshot and its log, and what it lacks is sent by the other members. Thread-safe.
 */
public final class EngineNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineNode.class);

    private static final long START_MINUTES_MAX = 10;
    /** When a node is closed, a snapshot is taken where that is quick and saves more than it costs. */
    private static final long CLOSE_SNAPSHOT_MESSAGES_MIN = 10_000;

    private static final long CLOSE_SNAPSHOT_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
    private static final long CONSENSUS_START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EngineNodeConfig config;
    private final WakeGroup wakeGroup;
    private final IngressKey ingressKey;
    private final List<EngineListener> listeners;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final DataDirectory directory;
    private final NodeContexts contexts;
    private volatile EngineService service;
    private volatile Throwable consensusError;
    private SnapshotKeeper snapshots;
    private StartAlert startAlert;
    private ConsensusModule.Context consensus;
    private ClusteredMediaDriver clusteredDriver;
    private ClusteredServiceContainer container;
    private boolean closed;

    private EngineNode(EngineNodeConfig config, WakeGroup wakeGroup, List<EngineListener> listeners) {
        this.config = config;
        this.wakeGroup = wakeGroup;
        ingressKey = config.members().ingressKeyFile().map(IngressKey::shared).orElseGet(IngressKey::random);
        this.listeners = List.copyOf(listeners);
        directory = DataDirectory.open(config);
        contexts = new NodeContexts(config, directory, wakeGroup, ingressKey);
    }

    private EngineService newService() {
        return new EngineService(
                new EngineReplica(config.markets(), config.limits()),
                listeners,
                this::isElectionOver,
                this::commitPosition,
                stopped::completeExceptionally);
    }

    /**
     * Starts a node. Returns once its threads run and its snapshot is loaded, if it has one; the log is replayed and the node
     * elected after that, which {@link EngineListener#onLive} and {@link EngineClient#isConnected} tell. A snapshot that can't
     * be used is given up for the one before, and that for the whole log.
     *
     * @param wakeGroup shared by everything in this process that works with the engine
     * @param listeners see every event, from the log's first on, or from its snapshot
     * @throws EngineStartException when the directory is in use or of another log, or a port is taken
     */
    public static EngineNode start(EngineNodeConfig config, WakeGroup wakeGroup, List<EngineListener> listeners) {
        EngineNode node = new EngineNode(config, wakeGroup, listeners);
        try {
            checkPorts(config.members().self());
            node.launch();
            return node;
        } catch (EngineStartException e) {
            node.close();
            throw e;
        } catch (RuntimeException e) {
            node.close();
            throw new EngineStartException("the order engine does not start: " + e.getMessage(), e);
        }
    }

    private void launch() {
        for (int attempt = 1; ; attempt++) {
            service = newService();
            consensusError = null;
            launchParts(service);
            Throwable failure = failureToStart(service);
            if (failure == null) {
                break;
            }
            closeParts();
            if (!giveUpSnapshot(attempt)) {
                throw new EngineStartException("the order engine does not start: " + failure.getMessage(), failure);
            }
            LOG.warn("the latest snapshot can't be used and is given up: {}", failure.getMessage());
        }
        snapshots = new SnapshotKeeper(config, directory.cluster(), service, this::takeSnapshot);
        snapshots.start();
        LOG.info(
                "order engine started in {}, member {} of {}, UDP ports from {}",
                config.dataDir(),
                config.members().memberId(),
                config.members().members().size(),
                config.basePort());
    }

    private void launchParts(EngineService starting) {
        Runnable onTermination = () -> {
            if (!starting.started().isCompletedExceptionally()) {
                stopped.completeExceptionally(
                        new IllegalStateException("a thread of the order engine has ended; its log tells more"));
            }
        };
        startAlert = StartAlert.begin(wakeGroup, starting::isLive);
        ErrorHandler log = NodeContexts.logErrorsOf("consensus");
        consensus = contexts.consensus(onTermination, error -> {
            log.onError(error);
            consensusError = error;
            starting.started().completeExceptionally(error);
        });
        clusteredDriver = ClusteredMediaDriver.launch(contexts.driver(), contexts.archive(), consensus);
        ingressKey.publish(config.aeronDir());
        container = ClusteredServiceContainer.launch(contexts.container(starting, onTermination));
    }

    /** @return why the engine has not started, or null */
    private Throwable failureToStart(EngineService starting) {
        try {
            starting.started().get(START_MINUTES_MAX, TimeUnit.MINUTES);
            return consensusFailure();
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            return new EngineStartException(
                    "it has not loaded its snapshot within " + START_MINUTES_MAX + " minutes", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineStartException("the start was interrupted", e);
        }
    }

    /** Consensus reads its own part of the snapshot, and ends when it can't. @return why, or null */
    private Throwable consensusFailure() {
        long deadline = System.nanoTime() + CONSENSUS_START_NANOS_MAX;
        ConsensusModule.State state = ConsensusModule.State.get(consensus.moduleStateCounter());
        while (state == ConsensusModule.State.INIT && consensusError == null) {
            if (System.nanoTime() - deadline > 0) {
                return new EngineStartException("consensus has not started");
            }
            LockSupport.parkNanos(this, POLL_NANOS);
            state = ConsensusModule.State.get(consensus.moduleStateCounter());
        }
        boolean ended = state == ConsensusModule.State.INIT || state == ConsensusModule.State.CLOSED;
        return ended ? consensusError : null;
    }

    /** @return whether there was one: the node may be started again without it */
    private boolean giveUpSnapshot(int attempt) {
        try {
            directory.removeLivenessFiles();
            listeners.forEach(listener -> {
                if (listener instanceof SavedListener saved) {
                    saved.clear();
                }
            });
            return SnapshotLog.discard(directory.cluster(), attempt >= SnapshotKeeper.KEPT);
        } catch (IOException e) {
            throw new EngineStartException("the order engine cannot use " + config.dataDir() + ": " + e, e);
        }
    }

    /**
     * Has every member take a snapshot, where this one leads. It is taken soon after, and the engine stands still meanwhile.
     *
     * @return whether it will be taken
     */
    public boolean takeSnapshot() {
        return service.isLeader() && ClusterControl.ToggleState.SNAPSHOT.toggle(consensus.controlToggleCounter());
    }

    /** Snapshots that this member has taken since its start, and that are ready to start from. */
    long snapshotsTaken() {
        return consensus.snapshotCounter().get();
    }

    /** Log entries since the last snapshot, or the start. */
    public long messagesSinceSnapshot() {
        return service.messagesSinceSnapshot();
    }

    private void snapshotBeforeClose() {
        boolean worthIt = config.members().isAlone()
                && !stopped.isDone()
                && service.messagesSinceSnapshot() >= CLOSE_SNAPSHOT_MESSAGES_MIN
                && service.lastSnapshot().nanos() < CLOSE_SNAPSHOT_NANOS_MAX / 2;
        if (!worthIt) {
            return;
        }
        long before = snapshotsTaken();
        long deadline = System.nanoTime() + CLOSE_SNAPSHOT_NANOS_MAX;
        boolean asked = takeSnapshot();
        while (asked && snapshotsTaken() == before && System.nanoTime() - deadline < 0) {
            wakeGroup.wakeAll();
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private boolean isElectionOver() {
        return ElectionState.get(consensus.electionStateCounter()) == ElectionState.CLOSED;
    }

    private long commitPosition() {
        return consensus.commitPositionCounter().get();
    }

    /** A driver that cannot bind reports it late and at length: one sentence now is more help. */
    private static void checkPorts(EngineMembers.Member self) {
        for (int port = self.basePort(); port < self.basePort() + EngineNodeConfig.PORTS; port++) {
            InetSocketAddress address = new InetSocketAddress(self.host(), port);
            try (DatagramSocket socket = new DatagramSocket(null)) {
                socket.setReuseAddress(false);
                socket.bind(address);
            } catch (IOException e) {
                throw new EngineStartException(
                        "UDP port " + self.host() + ":" + port
                                + " is taken; stop its owner, or choose another base port",
                        e);
            }
        }
    }

    /** A client of the cluster, by way of this node. The caller closes it. */
    public EngineClient newClient() {
        return EngineClient.start(EngineClientConfig.of(config.aeronDir(), config.members()), wakeGroup);
    }

    /**
     * A follower of this node's log, which delivers while this node leads: of all members' followers of the same sink one
     * is at work. The caller closes it.
     *
     * @param name names its threads and log lines
     */
    public LogFollower newFollower(String name, FollowerSink sink) {
        return LogFollower.start(
                new LogFollowerConfig(name, config.aeronDir(), config.markets(), config.limits()),
                wakeGroup,
                sink,
                service::isLeader);
    }

    /** Whether this member leads the cluster, as far as it knows. */
    public boolean isLeader() {
        return service.isLeader();
    }

    /**
     * Completes when the node has been closed, and exceptionally when it has stopped by itself: then nothing is
     * accepted any more, and the process should end to be started anew.
     */
    public CompletionStage<Void> stopped() {
        return stopped.minimalCompletionStage();
    }

    /** The sequence of the engine's last event. */
    public long sequence() {
        return service.sequence();
    }

    /** A digest of the engine's state; for a member that carries out nothing at the moment. */
    long stateHash() {
        return service.stateHash();
    }

    /** Replies that no client took in time, since the start. */
    public long repliesLost() {
        return service.repliesLost();
    }

    private void closeParts() {
        CloseHelper.quietCloseAll(startAlert, container, clusteredDriver);
        container = null;
        clusteredDriver = null;
        contexts.leaveWakeGroup();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (snapshots != null) {
            snapshots.close();
            snapshotBeforeClose();
        }
        closeParts();
        directory.close();
        stopped.complete(null);
    }
}
