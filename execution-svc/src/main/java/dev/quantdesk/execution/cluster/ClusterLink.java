package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** One connection to the cluster, from the first handshake to its end. Never waits. Used by one thread. */
final class ClusterLink implements AutoCloseable {
    private static final String CHANNEL = "aeron:ipc?term-length=256k";
    private static final long HANDSHAKE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicReference<Throwable> error = new AtomicReference<>();
    private final Aeron aeron;
    private final AeronCluster.AsyncConnect handshake;
    private AeronCluster cluster;
    private long lastKeepAliveNanos;

    /** @throws RuntimeException when the node cannot be reached now */
    ClusterLink(Path aeronDir, EgressListener listener) {
        aeron = AeronConnection.open(aeronDir, error::set);
        try {
            handshake = AeronCluster.asyncConnect(new AeronCluster.Context()
                    .aeron(aeron)
                    .ownsAeronClient(false)
                    .ingressChannel(CHANNEL)
                    .egressChannel(CHANNEL)
                    .isIngressExclusive(true)
                    .messageTimeoutNs(HANDSHAKE_TIMEOUT_NANOS)
                    .credentialsSupplier(IngressKey.credentials(aeronDir))
                    .egressListener(listener)
                    .errorHandler(error::set));
        } catch (RuntimeException e) {
            CloseHelper.quietClose(aeron);
            throw e;
        }
    }

    boolean isConnected() {
        return cluster != null;
    }

    /**
     * Goes on with the handshake, or takes in replies.
     *
     * @return how much was done
     * @throws RuntimeException when the connection is lost, or what the listener throws
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
     * @return false when the message cannot be taken at the moment
     * @throws IllegalStateException when the connection is lost
     */
    boolean offer(DirectBuffer buffer, int length) {
        long result = cluster.offer(buffer, 0, length);
        if (result == Publication.CLOSED
                || result == Publication.NOT_CONNECTED
                || result == Publication.MAX_POSITION_EXCEEDED) {
            throw new IllegalStateException("the engine's ingress is gone: " + Publication.errorString(result));
        }
        return result > 0;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(cluster, handshake, aeron);
    }
}
