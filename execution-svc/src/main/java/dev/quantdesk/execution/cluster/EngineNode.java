package dev.quantdesk.execution.cluster;

import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.service.ClusteredServiceContainer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
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
 * recovers by replaying its log. Thread-safe.
 */
public final class EngineNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineNode.class);

    private final EngineNodeConfig config;
    private final WakeGroup wakeGroup;
    private final IngressKey ingressKey = new IngressKey();
    private final EngineService service;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final DataDirectory directory;
    private final NodeContexts contexts;
    private ClusteredMediaDriver clusteredDriver;
    private ClusteredServiceContainer container;
    private boolean closed;

    private EngineNode(EngineNodeConfig config, WakeGroup wakeGroup, List<EngineListener> listeners) {
        this.config = config;
        this.wakeGroup = wakeGroup;
        EngineReplica replica = new EngineReplica(config.markets(), config.limits());
        service = new EngineService(replica, listeners, stopped::completeExceptionally);
        directory = DataDirectory.open(config);
        contexts = new NodeContexts(config, directory, wakeGroup, ingressKey);
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
            checkPorts(config.basePort());
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
        clusteredDriver =
                ClusteredMediaDriver.launch(contexts.driver(), contexts.archive(), contexts.consensus(onTermination));
        ingressKey.publish(config.aeronDir());
        container = ClusteredServiceContainer.launch(contexts.container(service, onTermination));
        LOG.info("order engine started in {}, UDP ports from {}", config.dataDir(), config.basePort());
    }

    /** A driver that cannot bind reports it late and at length: one sentence now is more help. */
    private static void checkPorts(int basePort) {
        for (int port = basePort; port < basePort + EngineNodeConfig.PORTS; port++) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (DatagramSocket socket = new DatagramSocket(null)) {
                socket.setReuseAddress(false);
                socket.bind(address);
            } catch (IOException e) {
                throw new EngineStartException(
                        "UDP port 127.0.0.1:" + port + " is taken; stop its owner, or choose another base port", e);
            }
        }
    }

    /** A client of this node. The caller closes it. */
    public EngineClient newClient() {
        return EngineClient.start(EngineClientConfig.of(config.aeronDir()), wakeGroup);
    }

    /** A follower of this node's log. The caller closes it. @param name names its threads and log lines */
    public LogFollower newFollower(String name, FollowerSink sink) {
        return LogFollower.start(
                new LogFollowerConfig(name, config.aeronDir(), config.markets(), config.limits(), config.idlePark()),
                wakeGroup,
                sink);
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
