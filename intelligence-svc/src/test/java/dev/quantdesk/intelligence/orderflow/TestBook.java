package dev.quantdesk.intelligence.orderflow;

import com.google.protobuf.Timestamp;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.PriceLevel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.CRC32;

/** Messages of a small book: bids 5 at 100.5 and 6 at 99, asks 7 at 102 and 8 at 103. */
final class TestBook {
    private TestBook() {}

    static OrderBook snapshot(long epoch, long sequence) {
        return OrderBook.newBuilder()
                .setMarket("SOL-PERP")
                .setEpoch(epoch)
                .setSequence(sequence)
                .addBids(level("100.5", "5"))
                .addBids(level("99", "6"))
                .addAsks(level("102", "7"))
                .addAsks(level("103", "8"))
                .setChecksum(crc("102:7;103:8;100.5:5;99:6;"))
                .setReceiveTime(now())
                .setQuantityUnit("SOL")
                .build();
    }

    /** A change of one bid, with the text that the checksum covers after it. */
    static OrderBookUpdate bid(long epoch, long sequence, String price, String quantity, String bookAfter) {
        return OrderBookUpdate.newBuilder()
                .setMarket("SOL-PERP")
                .setEpoch(epoch)
                .setSequence(sequence)
                .addBids(level(price, quantity))
                .setChecksum(crc(bookAfter))
                .setReceiveTime(now())
                .build();
    }

    private static PriceLevel level(String price, String quantity) {
        return PriceLevel.newBuilder().setPrice(price).setQuantity(quantity).build();
    }

    private static Timestamp now() {
        Instant now = Instant.now();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }

    static int crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
