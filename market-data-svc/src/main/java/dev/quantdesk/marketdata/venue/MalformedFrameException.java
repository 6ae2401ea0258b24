package dev.quantdesk.marketdata.venue;

/** A frame that is not what the venue documents: no JSON, a missing field, a value of wrong form or range. */
public final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedFrameException(String message) {
        super(message);
    }

    public MalformedFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
