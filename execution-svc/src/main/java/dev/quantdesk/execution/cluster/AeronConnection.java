package dev.quantdesk.execution.cluster;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/** Connects a thread to the node's media driver; the thread drives the connection itself, so it needs no second one. */
final class AeronConnection {
    /** A driver silent for longer counts as gone. */
    private static final long DRIVER_TIMEOUT_MILLIS = 5_000;

    private AeronConnection() {}

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
