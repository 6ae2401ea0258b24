package dev.quantdesk.execution.settlement;

/** A call to a Solana node that gave no result. */
public final class SolanaException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What a failed call means for the transaction, or for the node. */
    public enum Kind {
        /** No answer that can be used: what was sent may have arrived or not. Try again later. */
        UNAVAILABLE,
        /** The node has not seen the blockhash yet, or no longer takes it. The transaction was not passed on. */
        BLOCKHASH_UNKNOWN,
        /** The payer can't pay the fee. The transaction was not passed on. */
        UNFUNDED,
        /** The transaction fails when it is run, or is malformed. It was not passed on, and never will succeed. */
        REJECTED
    }

    private final Kind kind;

    public SolanaException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public SolanaException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
