package dev.quantdesk.marketdata.stream;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static dev.quantdesk.marketdata.TestMarkets.ask;
import static dev.quantdesk.marketdata.TestMarkets.bid;
import static dev.quantdesk.marketdata.TestMarkets.levels;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.NaiveBook;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.BookIntegrityException;
import dev.quantdesk.marketdata.book.BookStep;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BookChannelTest {
    private final BookChannel channel = new BookChannel(TestMarkets.eth());

    @BeforeEach
    void begin() throws Exception {
        channel.begin(levels(100, 5, 99, 6), levels(102, 7, 103, 8), T0, T0);
    }

    private void change(int times) throws Exception {
        for (int i = 1; i <= times; i++) {
            channel.apply(bid(90, i), T0, T0);
        }
    }

    private BookStep.View view() {
        return channel.view().orElseThrow();
    }

    @Test
    void shouldStartWithSequenceOneAndTheTimeAsEpoch() {
        assertEquals(1, view().sequence());
        assertEquals(T0.toEpochMilli(), view().epoch());
    }

    @Test
    void shouldHandMissedChangesToAReaderThatResumes() throws Exception {
        change(10);
        try (var reader = channel.subscribe(4, view().epoch()).orElseThrow()) {
            assertEquals(
                    List.of(5L, 6L, 7L, 8L, 9L, 10L, 11L),
                    reader.backlog().stream().map(BookStep::sequence).toList());
            change(1);
            assertEquals(12, reader.queue().remove().sequence());
        }
    }

    @Test
    void shouldHandNothingToAReaderThatMissedNothing() throws Exception {
        change(3);
        try (var reader = channel.subscribe(4, view().epoch()).orElseThrow()) {
            assertTrue(reader.backlog().isEmpty());
        }
    }

    @Test
    void shouldHandAWholeBookWhenTheEpochIsAnother() throws Exception {
        change(3);
        assertStartsWithBook(2, view().epoch() - 1);
        assertStartsWithBook(2, 0);
    }

    @Test
    void shouldHandAWholeBookWhenTheSequenceIsAheadOrTheFirst() {
        assertStartsWithBook(2, view().epoch());
        assertStartsWithBook(0, 0);
    }

    @Test
    void shouldHandAWholeBookWhenTheChangesAreNoLongerKept() throws Exception {
        change(BookChannel.HISTORY_MAX + 1);
        assertStartsWithBook(1, view().epoch());
        try (var reader = channel.subscribe(2, view().epoch()).orElseThrow()) {
            assertEquals(BookChannel.HISTORY_MAX, reader.backlog().size());
        }
    }

    private void assertStartsWithBook(long resumeFrom, long epoch) {
        try (var reader = channel.subscribe(resumeFrom, epoch).orElseThrow()) {
            assertEquals(List.of(view()), reader.backlog());
        }
    }

    @Test
    void shouldHandAFreshBookWhenAReaderIsTooSlow() throws Exception {
        try (var reader = channel.subscribe(0, 0).orElseThrow()) {
            change(Subscription.QUEUE_MAX + 20);
            assertTrue(reader.queue().size() <= Subscription.QUEUE_MAX);
            NaiveBook copy = new NaiveBook();
            assertInstanceOf(BookStep.View.class, reader.queue().peek());
            reader.queue().forEach(copy::accept);
            assertEquals(view().sequence(), copy.sequence());
            assertEquals(view().bids(), copy.bids());
            assertEquals(view().asks(), copy.asks());
        }
    }

    @Test
    void shouldHandNothingMoreWhenAReaderHasClosed() throws Exception {
        var reader = channel.subscribe(0, 0).orElseThrow();
        reader.close();
        change(1);
        assertTrue(reader.queue().isEmpty());
    }

    @Test
    void shouldHoldAChangeUntilItNoLongerCrossesTheBook() throws Exception {
        try (var reader = channel.subscribe(0, 0).orElseThrow()) {
            BookStep.View before = view();
            channel.apply(bid(102, 3), T0, T0);
            assertEquals(before, view());
            assertTrue(reader.queue().isEmpty());
            channel.apply(ask(102, 0), T0, T0);
            BookStep.Change both =
                    assertInstanceOf(BookStep.Change.class, reader.queue().remove());
            assertEquals(2, both.sequence());
            assertEquals(levels(102, 3), both.delta().bids());
            assertEquals(levels(102, 0), both.delta().asks());
            assertEquals(levels(102, 3, 100, 5, 99, 6), view().bids());
            assertEquals(levels(103, 8), view().asks());
        }
    }

    @Test
    void shouldFailWhenTheBookStaysCrossed() throws Exception {
        channel.apply(bid(103, 1), T0, T0);
        for (int i = 1; i < BookChannel.HELD_MAX; i++) {
            channel.apply(bid(90, i), T0, T0);
        }
        assertThrows(BookIntegrityException.class, () -> channel.apply(bid(91, 1), T0, T0));
    }

    @Test
    void shouldRefuseASnapshotWhoseSidesCross() {
        assertThrows(BookIntegrityException.class, () -> channel.begin(levels(102, 1), levels(102, 1), T0, T0));
        assertEquals(Optional.empty(), channel.view());
    }

    @Test
    void shouldGoOnInTheSameEpochWhenRestated() throws Exception {
        change(3);
        try (var reader = channel.subscribe(0, 0).orElseThrow()) {
            NaiveBook copy = new NaiveBook();
            reader.backlog().forEach(copy::accept);
            channel.restate(levels(100, 5, 98, 1), levels(101, 2), T0, T0);
            reader.queue().forEach(copy::accept);
            assertEquals(5, copy.sequence());
            assertEquals(levels(100, 5, 98, 1), copy.bids());
            assertEquals(levels(101, 2), copy.asks());
            assertEquals(T0.toEpochMilli(), copy.epoch());
        }
    }

    @Test
    void shouldHaveNoBookUntilANewEpochBeginsWhenInvalid() throws Exception {
        long epoch = view().epoch();
        try (var reader = channel.subscribe(0, 0).orElseThrow()) {
            channel.invalidate();
            assertEquals(Optional.empty(), channel.view());
            assertTrue(channel.subscribe(0, 0).isEmpty());
            channel.begin(levels(100, 5), levels(102, 7), T0, T0);
            assertEquals(view(), reader.queue().remove());
        }
        assertTrue(view().epoch() > epoch, "an epoch begun in the same millisecond is another one");
        assertEquals(1, view().sequence());
    }

    @Test
    void shouldHaveNoMidPriceWhenItsSourceIsSilentOrASideIsEmpty() throws Exception {
        Duration stale = Duration.ofSeconds(5);
        assertEquals(Optional.of("5.05"), channel.midPrice(T0.plusSeconds(5), stale));
        assertEquals(Optional.empty(), channel.midPrice(T0.plusMillis(5_001), stale));
        channel.heard(T0.plusSeconds(2));
        assertTrue(channel.midPrice(T0.plusSeconds(7), stale).isPresent());
        channel.begin(levels(100, 5), levels(), T0, T0);
        assertFalse(channel.midPrice(T0, stale).isPresent());
    }
}
