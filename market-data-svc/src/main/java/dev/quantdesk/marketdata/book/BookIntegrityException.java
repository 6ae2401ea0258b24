package dev.quantdesk.marketdata.book;

/** A feed drove a book into a state that no venue has: crossed for too long, or larger than any real book. */
public final class BookIntegrityException extends Exception {
    private static final long serialVersionUID = 1L;

    public BookIntegrityException(String message) {
        super(message);
    }
}
