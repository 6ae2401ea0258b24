package dev.quantdesk.execution.cluster;

/**
 * The command was sent and not acknowledged in time: it may have been carried out, or still be. Repeating it with the
 * same client order id is safe and tells.
 */
public final class OutcomeUnknownException extends EngineException {
    private static final long serialVersionUID = 1L;

    OutcomeUnknownException(String message) {
        super(message);
    }
}
