package dev.quantdesk.mesh.process;

/** A part that did not start or did not stay. The message is one sentence for the user, with the mend. */
public final class PartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    public PartFailedException(String message) {
        super(message);
    }

    public PartFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
