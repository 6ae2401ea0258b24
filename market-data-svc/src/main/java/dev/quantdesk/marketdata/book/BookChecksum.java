package dev.quantdesk.marketdata.book;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/** The checksum by which clients prove that their copy of a book is whole. */
public final class BookChecksum {
    /** Levels of each side that the checksum covers. */
    public static final int DEPTH = 25;

    private BookChecksum() {}

    /**
     * CRC-32 over {@code PRICE:QUANTITY;} of the best asks, then of the best bids, with the texts that clients are
     * sent.
     *
     * @param bids best first
     * @param asks best first
     */
    public static int of(Instrument instrument, List<Level> bids, List<Level> asks) {
        StringBuilder text = new StringBuilder(2 * DEPTH * 16);
        append(text, instrument, asks);
        append(text, instrument, bids);
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    private static void append(StringBuilder text, Instrument instrument, List<Level> levels) {
        for (Level level : levels.subList(0, Math.min(DEPTH, levels.size()))) {
            text.append(instrument.price(level.priceSteps()))
                    .append(':')
                    .append(instrument.quantity(level.lots()))
                    .append(';');
        }
    }
}
