package dev.quantdesk.intelligence.orderflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BookReplicaTest {
    private final BookReplica replica = new BookReplica();

    @Test
    void shouldFollowChangesToTheBestPrices() throws Exception {
        replica.replace(TestBook.snapshot(7, 1));
        assertEquals(
                new BestQuote(new BigDecimal("100.5"), 5, new BigDecimal("102"), 7),
                replica.best().orElseThrow());
        replica.apply(TestBook.bid(7, 2, "100.5", "0", "102:7;103:8;99:6;"));
        assertEquals(new BigDecimal("99"), replica.best().orElseThrow().bidPrice());
        assertEquals(2, replica.sequence());
        assertEquals(7, replica.epoch());
    }

    @Test
    void shouldBeOutOfStepWhenAChangeIsMissing() throws Exception {
        replica.replace(TestBook.snapshot(7, 1));
        assertOutOfStep(TestBook.bid(7, 3, "100.5", "4", "102:7;103:8;100.5:4;99:6;"));
    }

    @Test
    void shouldBeOutOfStepWhenTheEpochChanges() throws Exception {
        replica.replace(TestBook.snapshot(7, 1));
        assertOutOfStep(TestBook.bid(8, 2, "100.5", "4", "102:7;103:8;100.5:4;99:6;"));
    }

    @Test
    void shouldBeOutOfStepWhenTheChecksumDiffers() throws Exception {
        replica.replace(TestBook.snapshot(7, 1));
        assertOutOfStep(TestBook.bid(7, 2, "100.5", "4", "102:7;103:8;100.5:5;99:6;"));
        assertThrows(
                BookReplica.OutOfStepException.class,
                () -> replica.replace(
                        TestBook.snapshot(7, 1).toBuilder().setChecksum(1).build()));
    }

    @Test
    void shouldBeOutOfStepWhenAChangeComesFirst() {
        assertOutOfStep(TestBook.bid(0, 1, "100.5", "4", "100.5:4;"));
    }

    @Test
    void shouldBeOutOfStepWhenANumberCannotBeRead() throws Exception {
        replica.replace(TestBook.snapshot(7, 1));
        assertOutOfStep(TestBook.bid(7, 2, "x", "4", ""));
    }

    private void assertOutOfStep(dev.quantdesk.proto.marketdata.v1.OrderBookUpdate update) {
        assertThrows(BookReplica.OutOfStepException.class, () -> replica.apply(update));
        assertEquals(0, replica.sequence(), "a copy that is out of step is forgotten");
    }

    @Test
    void shouldHaveNoBestQuoteWhenASideIsEmpty() throws Exception {
        replica.replace(TestBook.snapshot(7, 1).toBuilder()
                .clearBids()
                .setChecksum(TestBook.crc("102:7;103:8;"))
                .build());
        assertTrue(replica.best().isEmpty());
    }
}
