package dev.quantdesk.execution.snapshot;

/** A snapshot can't be used: it is cut short, damaged, of another version or of another engine. Its message says which. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotException(String message) {
        super(message);
    }

    public SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
