package dev.quantdesk.marketdata.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.Eventually;
import dev.quantdesk.marketdata.RecordedFrames;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.venue.KrakenDecoder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordedFeedTest {
    private static final long STEP_NANOS = Duration.ofMillis(40).toNanos();

    private final MarketChannel channel = MarketChannel.of(TestMarkets.eth());

    private long sequence() {
        return channel.book().view().map(BookStep.View::sequence).orElse(0L);
    }

    private static Recording short3() throws Exception {
        List<String> changes = RecordedFrames.of("book");
        return new Recording(List.of(
                new Recording.TimedFrame(
                        0,
                        KrakenDecoder.decode(RecordedFrames.of("book_snapshot").getFirst())),
                new Recording.TimedFrame(STEP_NANOS, KrakenDecoder.decode(changes.get(0))),
                new Recording.TimedFrame(2 * STEP_NANOS, KrakenDecoder.decode(changes.get(1)))));
    }

    @Test
    void shouldPlayOverAndOverInOneEpochAtTheSpeedItWasReceived() throws Exception {
        long startNanos = System.nanoTime();
        try (RecordedFeed feed = new RecordedFeed(
                short3(), Map.of("PI_ETHUSD", new KrakenSession("PI_ETHUSD", channel)), Clock.systemUTC())) {
            feed.start();
            Eventually.until(() -> "a book", () -> sequence() > 0);
            long epoch = channel.book().view().orElseThrow().epoch();
            // Two changes a round, and one that goes back to the start.
            Eventually.until(() -> "the third round, at " + sequence(), () -> sequence() >= 1 + 3 + 3 + 2);
            assertTrue(System.nanoTime() - startNanos >= 6 * STEP_NANOS, "faster than it was received");
            assertEquals(epoch, channel.book().view().orElseThrow().epoch());
        }
    }

    @Test
    void shouldHoldTheRecordedTimesBetweenFrames() throws Exception {
        List<Recording.TimedFrame> frames =
                Recording.load(RecordedFrames.RESOURCE).frames();
        assertEquals(2_129, frames.size());
        long seconds = Duration.ofNanos(frames.getLast().offsetNanos()).toSeconds();
        assertTrue(seconds >= 19 && seconds <= 21, seconds + " s");
        for (int i = 1; i < frames.size(); i++) {
            assertTrue(frames.get(i).offsetNanos() >= frames.get(i - 1).offsetNanos());
        }
    }

    @Test
    void shouldRefuseARecordingThatIsMissing() {
        assertThrows(IOException.class, () -> Recording.load("recordings/none.txt.gz"));
    }
}
