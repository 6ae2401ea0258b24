package dev.quantdesk.marketdata.book;

import java.time.Instant;
import java.util.List;

/** What a reader of a book is given: the whole book, or the change from the sequence before. Immutable. */
public sealed interface BookStep {
    /** Sequence of the last change contained; starts at 1 and grows by one within an epoch. */
    long sequence();

    /** Identifies the run of the feed; grows with each. */
    long epoch();

    /**
     * A whole book.
     *
     * @param bids best first
     * @param asks best first
     * @param venueTime when the venue made the last change
     * @param receiveTime when the last change reached this process
     */
    record View(
            long sequence,
            long epoch,
            List<Level> bids,
            List<Level> asks,
            int checksum,
            Instant venueTime,
            Instant receiveTime)
            implements BookStep {
        public View {
            bids = List.copyOf(bids);
            asks = List.copyOf(asks);
        }
    }

    /** A change; {@code checksum} is that of the book after it. */
    record Change(long sequence, long epoch, BookDelta delta, int checksum, Instant venueTime, Instant receiveTime)
            implements BookStep {}
}
