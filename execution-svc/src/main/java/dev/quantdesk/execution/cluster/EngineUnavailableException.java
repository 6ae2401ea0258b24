package dev.quantdesk.execution.cluster;

/** The engine could not be reached before the deadline, or the client is closed: the command was not carried out. */
public final class EngineUnavailableException extends EngineException {
    private static final long serialVersionUID = 1L;

    EngineUnavailableException(String message) {
        super(message);
    }
}
