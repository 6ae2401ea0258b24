package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.logbuffer.Header;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the cluster, from the first handshake to its end; it follows the leadership from member to member.
 * Never waits, but for the moment in which it turns to a new leader. Used by one thread.
 */
final class ClusterLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLink.class);

    private static final String IPC_CHANNEL = "aeron:ipc?term-length=256k";
    private static final String UDP_CHANNEL = "aeron:udp?term-length=256k";
    private static final long HANDSHAKE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Shorter than alone: during an election a member may send its callers on to the leader that has just died. */
    private static final long HANDSHAKE_AMONG_MEMBERS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicReference<Throwable> error = new AtomicReference<>();
    private final boolean inProcess;
    private final Aeron aeron;
    private final AeronCluster.AsyncConnect handshake;
    private AeronCluster cluster;
    private long lastKeepAliveNanos;
    private boolean leaderChanged;

    /** Takes in replies. */
    @FunctionalInterface
    interface ReplyHandler {
        void onReply(DirectBuffer buffer, int offset, int length);
    }

    /** @throws RuntimeException when the node cannot be reached now */
    ClusterLink(EngineClientConfig config, ReplyHandler handler) {
        inProcess = config.isInProcess();
        aeron = AeronConnection.open(config.aeronDir(), error::set);
        try {
            handshake = AeronCluster.asyncConnect(context(config)
                    .aeron(aeron)
                    .ownsAeronClient(false)
                    .isIngressExclusive(true)
                    .credentialsSupplier(IngressKey.credentials(config.aeronDir()))
                    .egressListener(new Egress(handler))
                    .errorHandler(error::set));
        } catch (RuntimeException e) {
            CloseHelper.quietClose(aeron);
            throw e;
        }
    }

    private static AeronCluster.Context context(EngineClientConfig config) {
        if (config.isInProcess()) {
            return new AeronCluster.Context()
                    .ingressChannel(IPC_CHANNEL)
                    .egressChannel(IPC_CHANNEL)
                    .messageTimeoutNs(HANDSHAKE_TIMEOUT_NANOS);
        }
        return new AeronCluster.Context()
                .ingressChannel(UDP_CHANNEL)
                .ingressEndpoints(config.ingressEndpoints())
                .egressChannel("aeron:udp?term-length=256k|endpoint=" + config.host() + ":0")
                .messageTimeoutNs(HANDSHAKE_AMONG_MEMBERS_NANOS);
    }

    /** What the cluster sends to this session. */
    private final class Egress implements EgressListener {
        private final ReplyHandler handler;

        Egress(ReplyHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onMessage(
                long sessionId, long timestamp, DirectBuffer buffer, int offset, int length, Header header) {
            handler.onReply(buffer, offset, length);
        }

        @Override
        public void onNewLeader(long sessionId, long leadershipTermId, int leaderMemberId, String ingressEndpoints) {
            LOG.info("the order engine is led by member {} now, term {}", leaderMemberId, leadershipTermId);
            leaderChanged = true;
        }
    }

    boolean isConnected() {
        return cluster != null;
    }

    /** Whether another member has taken the lead since the last call: what was sent before may be lost. */
    boolean takeLeaderChange() {
        boolean changed = leaderChanged;
        leaderChanged = false;
        return changed;
    }

    /**
     * Goes on with the handshake, or takes in replies.
     *
     * @return how much was done
     * @throws RuntimeException when the connection is lost, or what the handler throws
     */
    int poll(long nowNanos) {
        int work = aeron.conductorAgentInvoker().invoke();
        if (cluster == null) {
            cluster = handshake.poll();
            lastKeepAliveNanos = nowNanos;
            work += cluster == null ? 0 : 1;
        } else {
            work += cluster.pollEgress();
            if (nowNanos - lastKeepAliveNanos > KEEP_ALIVE_NANOS) {
                lastKeepAliveNanos = nowNanos;
                cluster.sendKeepAlive();
            }
        }
        Throwable failure = error.get();
        if (failure != null || aeron.isClosed() || (cluster != null && cluster.isClosed())) {
            throw new IllegalStateException("the connection to the engine is lost", failure);
        }
        return work;
    }

    /**
     * @return false when the message cannot be taken at the moment, as while a leader is elected, which is waited for a
     *     bounded time
     * @throws IllegalStateException when the connection is lost
     */
    boolean offer(DirectBuffer buffer, int length) {
        long result = cluster.offer(buffer, 0, length);
        boolean gone = result == Publication.CLOSED || result == Publication.NOT_CONNECTED;
        if (result == Publication.MAX_POSITION_EXCEEDED || (gone && inProcess)) {
            throw new IllegalStateException("the engine's ingress is gone: " + Publication.errorString(result));
        }
        return result > 0;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(cluster, handshake, aeron);
    }
}
