package dev.quantdesk.marketdata.stream;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.Trade;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TradeChannelTest {
    private final TradeChannel channel = new TradeChannel();

    private void publish(int count) {
        IntStream.range(0, count)
                .forEach(i -> channel.publish(List.of(new Trade.Print(100, 1, BookSide.BUY, "t" + i, T0)), T0));
    }

    private static List<Long> sequences(Subscription<List<Trade>> reader) {
        return reader.backlog().getFirst().stream().map(Trade::sequence).toList();
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void shouldStartWithTheMostRecentTrades() {
        publish(250);
        try (var reader = channel.subscribe(0, 0)) {
            assertEquals(range(151, 250), sequences(reader));
            assertFalse(reader.hasGap());
            publish(1);
            assertEquals(251, reader.queue().remove().getFirst().sequence());
        }
    }

    @Test
    void shouldStartEmptyWhenThereWasNoTrade() {
        try (var reader = channel.subscribe(0, 0)) {
            assertEquals(List.of(), sequences(reader));
        }
    }

    @Test
    void shouldResumeAfterTheLastTradeSeen() {
        publish(250);
        try (var reader = channel.subscribe(17, T0.toEpochMilli())) {
            assertEquals(range(18, 250), sequences(reader));
            assertFalse(reader.hasGap());
        }
    }

    @Test
    void shouldSayThatTradesAreMissingWhenTheyAreNoLongerKept() {
        publish(TradeChannel.HISTORY_MAX + 10);
        try (var reader = channel.subscribe(9, T0.toEpochMilli())) {
            assertTrue(reader.hasGap());
            assertEquals(11, sequences(reader).getFirst());
        }
        try (var reader = channel.subscribe(10, T0.toEpochMilli())) {
            assertFalse(reader.hasGap());
        }
    }

    @Test
    void shouldSayThatTradesAreMissingWhenTheEpochIsAnother() {
        publish(3);
        channel.breakOff(T0);
        publish(2);
        try (var reader = channel.subscribe(3, T0.toEpochMilli())) {
            assertTrue(reader.hasGap());
            assertEquals(List.of(1L, 2L), sequences(reader));
            assertEquals(
                    T0.toEpochMilli() + 1,
                    reader.backlog().getFirst().getFirst().epoch());
        }
    }

    @Test
    void shouldMarkAReaderThatIsTooSlow() {
        try (var reader = channel.subscribe(0, 0)) {
            publish(Subscription.QUEUE_MAX);
            assertFalse(reader.isOverrun());
            publish(1);
            assertTrue(reader.isOverrun());
            assertEquals(Subscription.QUEUE_MAX, reader.queue().size());
        }
    }
}
