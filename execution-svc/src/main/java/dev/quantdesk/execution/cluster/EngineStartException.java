package dev.quantdesk.execution.cluster;

/** The node cannot start; the message is one sentence that says why and what mends it. */
public final class EngineStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EngineStartException(String message) {
        super(message);
    }

    EngineStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
