package dev.quantdesk.execution.cluster;

/** A command was not answered by the engine. The subtypes say whether it may have been carried out. */
public abstract sealed class EngineException extends RuntimeException
        permits EngineBusyException, EngineUnavailableException, OutcomeUnknownException {
    private static final long serialVersionUID = 1L;

    EngineException(String message) {
        super(message);
    }
}
