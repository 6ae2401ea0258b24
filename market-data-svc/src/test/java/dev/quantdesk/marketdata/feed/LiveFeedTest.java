package dev.quantdesk.marketdata.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.Eventually;
import dev.quantdesk.marketdata.RecordedFrames;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.stream.MarketChannel;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The live feed against a server that sends recorded frames. */
@Timeout(60)
class LiveFeedTest {
    private static final String HEARTBEAT = "{\"feed\":\"heartbeat\",\"time\":1626994928000}";

    private final Vertx vertx = Vertx.vertx();
    private final MarketChannel channel = MarketChannel.of(TestMarkets.eth());
    private final String snapshot = RecordedFrames.of("book_snapshot").getFirst();
    private final List<String> changes = RecordedFrames.of("book");
    private FakeVenue venue;
    private LiveFeed feed;

    @BeforeEach
    void listen() throws Exception {
        venue = new FakeVenue(vertx);
    }

    @AfterEach
    void close() {
        if (feed != null) {
            feed.close();
        }
        venue.close();
        vertx.close();
    }

    private void follow(Duration silenceMax, Duration snapshotMax) {
        var options = new LiveFeed.Options(
                venue.url(), silenceMax, snapshotMax, Duration.ofMillis(10), Duration.ofMillis(50));
        feed = new LiveFeed(
                vertx, options, Map.of("PI_ETHUSD", new KrakenSession("PI_ETHUSD", channel)), Clock.systemUTC());
        feed.start();
    }

    private void follow() {
        follow(Duration.ofSeconds(20), Duration.ofSeconds(20));
    }

    private long sequence() {
        return channel.book().view().map(BookStep.View::sequence).orElse(0L);
    }

    private void awaitSequence(long wanted) {
        Eventually.until(() -> "sequence " + wanted + ", it is " + sequence(), () -> sequence() == wanted);
    }

    private BookStep.View sendBook(int changesToSend) throws InterruptedException {
        venue.awaitRequest("subscribe", "book");
        venue.send(snapshot);
        changes.subList(0, changesToSend).forEach(venue::send);
        awaitSequence(changesToSend + 1L);
        return channel.book().view().orElseThrow();
    }

    @Test
    void shouldSubscribeAndFollowTheBookAndTrades() throws Exception {
        follow();
        sendBook(changes.size());
        venue.awaitRequest("subscribe", "trade");
        venue.awaitRequest("subscribe", "heartbeat");
        venue.send(
                RecordedFrames.of("trade_snapshot").getFirst(),
                RecordedFrames.of("trade").getFirst(),
                HEARTBEAT);
        Eventually.until(() -> "101 trades", () -> {
            try (var reader = channel.trades().subscribe(0, 0)) {
                return !reader.backlog().getFirst().isEmpty()
                        && reader.backlog().getFirst().getLast().sequence() == 101;
            }
        });
        assertEquals(1, venue.connections());
    }

    @Test
    void shouldSubscribeAgainOnTheSameConnectionWhenAChangeIsMissing() throws Exception {
        follow();
        long epoch = sendBook(10).epoch();
        venue.send(changes.get(11));
        assertEquals(1, venue.awaitRequest("unsubscribe", "book"));
        assertEquals(1, venue.awaitRequest("subscribe", "book"));
        assertEquals(0, sequence(), "a book with a gap is not shown");
        venue.send(changes.get(12), snapshot, changes.get(0));
        awaitSequence(2);
        assertTrue(channel.book().view().orElseThrow().epoch() > epoch);
    }

    @Test
    void shouldConnectAgainWhenDisconnected() throws Exception {
        follow();
        long epoch = sendBook(3).epoch();
        venue.disconnect();
        assertEquals(2, venue.awaitRequest("subscribe", "book"));
        assertEquals(0, sequence(), "the book of a lost connection is not shown");
        venue.send(snapshot, changes.get(0));
        awaitSequence(2);
        assertTrue(channel.book().view().orElseThrow().epoch() > epoch);
    }

    @Test
    void shouldConnectAgainWhenAFrameIsMalformed() throws Exception {
        follow();
        sendBook(3);
        venue.send("{\"feed\":\"book\"");
        assertEquals(2, venue.awaitRequest("subscribe", "book"));
    }

    @Test
    void shouldConnectAgainWhenTheVenueRefusesASubscription() throws Exception {
        follow();
        venue.awaitRequest("subscribe", "book");
        venue.send("{\"event\":\"error\",\"message\":\"Invalid product id\"}");
        assertEquals(2, venue.awaitRequest("subscribe", "book"));
    }

    @Test
    void shouldConnectAgainWhenTheVenueFallsSilent() throws Exception {
        venue.answerWithBook(List.of(snapshot, changes.get(0)));
        follow(Duration.ofMillis(400), Duration.ofSeconds(20));
        long epoch = awaitBookAfter(0);
        awaitBookAfter(epoch);
        assertTrue(venue.connections() > 1);
    }

    /** Waits for a book of a later epoch. @return its epoch */
    private long awaitBookAfter(long epoch) {
        AtomicLong shown = new AtomicLong();
        Eventually.until(() -> "a book after epoch " + epoch, () -> {
            shown.set(channel.book()
                    .view()
                    .filter(view -> view.sequence() == 2)
                    .map(BookStep.View::epoch)
                    .orElse(0L));
            return shown.get() > epoch;
        });
        return shown.get();
    }

    @Test
    void shouldConnectAgainWhenNoBookArrives() throws Exception {
        follow(Duration.ofSeconds(20), Duration.ofMillis(400));
        venue.awaitRequest("subscribe", "book");
        assertEquals(2, venue.awaitRequest("subscribe", "book"));
    }

    @Test
    void shouldConnectAgainWhenTheGapsDoNotEnd() throws Exception {
        follow();
        venue.awaitRequest("subscribe", "book");
        for (int gap = 0; gap < 11; gap++) {
            venue.send(snapshot, changes.get(5));
        }
        int connection = 1;
        while (connection == 1) {
            connection = venue.awaitRequest("subscribe", "book");
        }
        assertEquals(2, connection);
    }
}
