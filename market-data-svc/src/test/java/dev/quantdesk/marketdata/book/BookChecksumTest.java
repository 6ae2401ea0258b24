package dev.quantdesk.marketdata.book;

import static dev.quantdesk.marketdata.TestMarkets.levels;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.marketdata.TestMarkets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Expected values are zlib's {@code crc32} of the texts in the comments. */
@Timeout(10)
class BookChecksumTest {
    @Test
    void shouldCoverAsksThenBidsAsTheyAreSent() {
        // "2004.6:1200;2004.75:30;2003.9:2234;2003.3:7;"
        int checksum =
                BookChecksum.of(TestMarkets.eth(), levels(40_078, 2_234, 40_066, 7), levels(40_092, 1_200, 40_095, 30));
        assertEquals(3059166997L, Integer.toUnsignedLong(checksum));
    }

    @Test
    void shouldCoverTheBestTwentyFiveLevelsOnly() {
        // "2004:1;2005:2;…2028:25;" then "2003:1;2002:2;…1979:25;"
        List<Level> bids = new ArrayList<>();
        List<Level> asks = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            bids.add(new Level((2_003 - i) * 20L, i + 1));
            asks.add(new Level((2_004 + i) * 20L, i + 1));
        }
        assertEquals(1341891542L, Integer.toUnsignedLong(BookChecksum.of(TestMarkets.eth(), bids, asks)));
    }

    @Test
    void shouldBeZeroWhenTheBookIsEmpty() {
        assertEquals(0, BookChecksum.of(TestMarkets.eth(), List.of(), List.of()));
    }
}
