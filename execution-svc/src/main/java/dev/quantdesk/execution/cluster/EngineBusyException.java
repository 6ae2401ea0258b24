package dev.quantdesk.execution.cluster;

/** The client's queue is full: the command was not sent, and may be tried again later. */
public final class EngineBusyException extends EngineException {
    private static final long serialVersionUID = 1L;

    EngineBusyException(String message) {
        super(message);
    }
}
