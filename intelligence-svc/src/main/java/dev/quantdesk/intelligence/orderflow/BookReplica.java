package dev.quantdesk.intelligence.orderflow;

import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * A copy of a market's order book that proves after every step, by sequence and checksum, that it is whole. Not
 * thread-safe.
 */
public final class BookReplica {
    /** Levels of each side that the checksum covers. */
    private static final int CHECKSUM_DEPTH = 25;

    private static final String REMOVED = "0";

    private final NavigableMap<BigDecimal, PriceLevel> bids = new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<BigDecimal, PriceLevel> asks = new TreeMap<>();
    private long sequence;
    private long epoch;

    /** The copy differs from the book, or the message can't be read; a new snapshot is needed. */
    public static final class OutOfStepException extends Exception {
        private static final long serialVersionUID = 1L;

        OutOfStepException(String message) {
            super(message);
        }
    }

    /** Last sequence applied; 0 without a book. */
    public long sequence() {
        return sequence;
    }

    /** Epoch of the book; 0 without one. */
    public long epoch() {
        return epoch;
    }

    /** Takes over a whole book. */
    public void replace(OrderBook book) throws OutOfStepException {
        clear();
        set(bids, book.getBidsList());
        set(asks, book.getAsksList());
        sequence = book.getSequence();
        epoch = book.getEpoch();
        check(book.getChecksum());
    }

    /** Applies the change that follows the last one. */
    public void apply(OrderBookUpdate update) throws OutOfStepException {
        if (sequence == 0 || update.getEpoch() != epoch || update.getSequence() != sequence + 1) {
            throw outOfStep("sequence " + update.getSequence() + " of epoch " + update.getEpoch() + " after " + sequence
                    + " of " + epoch);
        }
        set(bids, update.getBidsList());
        set(asks, update.getAsksList());
        sequence = update.getSequence();
        check(update.getChecksum());
    }

    private void set(NavigableMap<BigDecimal, PriceLevel> side, List<PriceLevel> levels) throws OutOfStepException {
        for (PriceLevel level : levels) {
            try {
                BigDecimal price = new BigDecimal(level.getPrice());
                if (level.getQuantity().equals(REMOVED)) {
                    side.remove(price);
                } else {
                    side.put(price, level);
                }
            } catch (NumberFormatException _) {
                throw outOfStep("a price '" + level.getPrice() + "'");
            }
        }
    }

    private void check(int wanted) throws OutOfStepException {
        CRC32 crc = new CRC32();
        add(crc, asks);
        add(crc, bids);
        if ((int) crc.getValue() != wanted) {
            throw outOfStep("checksum of sequence " + sequence + " does not match");
        }
    }

    private static void add(CRC32 crc, NavigableMap<BigDecimal, PriceLevel> side) {
        side.values().stream()
                .limit(CHECKSUM_DEPTH)
                .forEach(level -> crc.update(
                        (level.getPrice() + ":" + level.getQuantity() + ";").getBytes(StandardCharsets.UTF_8)));
    }

    private OutOfStepException outOfStep(String why) {
        clear();
        return new OutOfStepException(why);
    }

    /** Forgets the book. */
    public void clear() {
        bids.clear();
        asks.clear();
        sequence = 0;
        epoch = 0;
    }

    /** The best prices and sizes; empty while a side is. */
    public Optional<BestQuote> best() throws OutOfStepException {
        if (bids.isEmpty() || asks.isEmpty()) {
            return Optional.empty();
        }
        var bid = bids.firstEntry();
        var ask = asks.firstEntry();
        return Optional.of(new BestQuote(bid.getKey(), size(bid.getValue()), ask.getKey(), size(ask.getValue())));
    }

    private double size(PriceLevel level) throws OutOfStepException {
        try {
            return Double.parseDouble(level.getQuantity());
        } catch (NumberFormatException _) {
            throw outOfStep("a quantity '" + level.getQuantity() + "'");
        }
    }
}
