package dev.quantdesk.execution.cluster;

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
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One embedded member of the order engine's cluster: driver, archive, consensus and the engine itself, each on a thread
 * of its own. Commands go in by an {@link EngineClient}; what it committed is read by a {@link LogFollower}. It
 * recovers by replaying its log, and what it lacks is sent by the other members. Thread-safe.
 */
public final class EngineNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineNode.class);

    private final EngineNodeConfig config;
    private final WakeGroup wakeGroup;
    private final IngressKey ingressKey;
    private final EngineService service;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final DataDirectory directory;
    private final NodeContexts contexts;
    private ConsensusModule.Context consensus;
    private ClusteredMediaDriver clusteredDriver;
    private ClusteredServiceContainer container;
    private boolean closed;

    private EngineNode(EngineNodeConfig config, WakeGroup wakeGroup, List<EngineListener> listeners) {
        this.config = config;
        this.wakeGroup = wakeGroup;
        ingressKey = config.members().ingressKeyFile().map(IngressKey::shared).orElseGet(IngressKey::random);
        EngineReplica replica = new EngineReplica(config.markets(), config.limits());
        directory = DataDirectory.open(config);
        contexts = new NodeContexts(config, directory, wakeGroup, ingressKey);
        service = new EngineService(
                replica, listeners, this::isElectionOver, this::commitPosition, stopped::completeExceptionally);
    }

    /**
     * Starts a node. Returns once its threads run; the log is replayed and the node elected after that, which
     * {@link EngineListener#onLive} and {@link EngineClient#isConnected} tell.
     *
     * @param wakeGroup shared by everything in this process that works with the engine
     * @param listeners see every event, from the log's first on
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
        Runnable onTermination = () -> stopped.completeExceptionally(
                new IllegalStateException("a thread of the order engine has ended; its log tells more"));
        consensus = contexts.consensus(onTermination);
        clusteredDriver = ClusteredMediaDriver.launch(contexts.driver(), contexts.archive(), consensus);
        ingressKey.publish(config.aeronDir());
        container = ClusteredServiceContainer.launch(contexts.container(service, onTermination));
        LOG.info(
                "order engine started in {}, member {} of {}, UDP ports from {}",
                config.dataDir(),
                config.members().memberId(),
                config.members().members().size(),
                config.basePort());
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
                new LogFollowerConfig(name, config.aeronDir(), config.markets(), config.limits(), config.idlePark()),
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

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        CloseHelper.quietCloseAll(container, clusteredDriver);
        contexts.leaveWakeGroup();
        directory.close();
        stopped.complete(null);
    }
}
