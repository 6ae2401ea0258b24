package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.archive.client.AeronArchive;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/** Connects a thread to the node's media driver; the thread drives the connection itself, so it needs no second one. */
final class AeronConnection {
    /** A driver silent for longer counts as gone: not sooner than it gives up a client that a busy machine holds up. */
    private static final long DRIVER_TIMEOUT_MILLIS = 10_000;

    private static final long REQUEST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private AeronConnection() {}

    /** The node's archive, by way of an open connection, which stays the caller's. */
    static AeronArchive archive(Aeron aeron, ErrorHandler onError) {
        return AeronArchive.connect(new AeronArchive.Context()
                .aeron(aeron)
                .ownsAeronClient(false)
                .controlRequestChannel(NodeContexts.LOCAL_CONTROL_CHANNEL)
                .controlResponseChannel(NodeContexts.LOCAL_CONTROL_CHANNEL)
                .messageTimeoutNs(REQUEST_TIMEOUT_NANOS)
                .idleStrategy(new SleepingMillisIdleStrategy(1))
                .errorHandler(onError));
    }

    /**
     * @param onError takes what goes wrong while the caller invokes the client's conductor; must not throw
     * @throws IllegalStateException when no driver runs there
     */
    static Aeron open(Path aeronDir, ErrorHandler onError) {
        if (!CommonContext.isDriverActive(aeronDir.toFile(), DRIVER_TIMEOUT_MILLIS, message -> {})) {
            throw new IllegalStateException("no engine node runs in " + aeronDir);
        }
        return Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(aeronDir.toAbsolutePath().toString())
                .driverTimeoutMs(DRIVER_TIMEOUT_MILLIS)
                .keepAliveIntervalNs(TimeUnit.MILLISECONDS.toNanos(500))
                .useConductorAgentInvoker(true)
                .subscriberErrorHandler(onError)
                .errorHandler(onError));
    }
}
