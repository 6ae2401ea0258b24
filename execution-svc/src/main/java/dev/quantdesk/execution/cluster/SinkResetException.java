package dev.quantdesk.execution.cluster;

/** Thrown by a {@link FollowerSink} whose stored state went back, so that earlier events have to come again. */
public final class SinkResetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SinkResetException(String message) {
        super(message);
    }

    public SinkResetException(String message, Throwable cause) {
        super(message, cause);
    }
}
