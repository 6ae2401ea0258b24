package dev.quantdesk.marketdata.feed;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.NaiveBook;
import dev.quantdesk.marketdata.RecordedFrames;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.BookChecksum;
import dev.quantdesk.marketdata.book.BookStep;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.Level;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.stream.Subscription;
import dev.quantdesk.marketdata.venue.KrakenFrame;
import java.math.BigDecimal;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The book of the recorded frames against a replay that shares nothing with it but the frames. */
@Timeout(60)
class RecordedBookTest {
    private final Instrument eth = TestMarkets.eth();
    private final MarketChannel channel = MarketChannel.of(eth);
    private final KrakenSession session = new KrakenSession("PI_ETHUSD", channel);
    private final NavigableMap<BigDecimal, BigDecimal> bids = new TreeMap<>();
    private final NavigableMap<BigDecimal, BigDecimal> asks = new TreeMap<>();

    private void replay(KrakenFrame.ProductFrame frame) {
        switch (frame) {
            case KrakenFrame.BookSnapshot snapshot -> {
                bids.clear();
                asks.clear();
                snapshot.bids().forEach(l -> bids.put(l.price(), l.quantity()));
                snapshot.asks().forEach(l -> asks.put(l.price(), l.quantity()));
            }
            case KrakenFrame.BookChange change -> {
                var side = change.side() == dev.quantdesk.marketdata.book.BookSide.BUY ? bids : asks;
                if (change.level().quantity().signum() == 0) {
                    side.remove(change.level().price());
                } else {
                    side.put(change.level().price(), change.level().quantity());
                }
            }
            default -> {}
        }
    }

    private void assertSameAs(BookStep.View view) {
        assertEquals(texts(bids.descendingMap()), texts(view.bids()));
        assertEquals(texts(asks), texts(view.asks()));
        assertEquals(BookChecksum.of(eth, view.bids(), view.asks()), view.checksum());
    }

    private static List<String> texts(NavigableMap<BigDecimal, BigDecimal> side) {
        return side.entrySet().stream()
                .map(e -> e.getKey().stripTrailingZeros().toPlainString() + "x"
                        + e.getValue().stripTrailingZeros().toPlainString())
                .toList();
    }

    private List<String> texts(List<Level> side) {
        return side.stream()
                .map(l -> eth.price(l.priceSteps()) + "x" + eth.quantity(l.lots()))
                .toList();
    }

    @Test
    void shouldEqualANaiveReplayAfterEveryFrame() throws Exception {
        int compared = 0;
        for (Recording.TimedFrame timed :
                Recording.load(RecordedFrames.RESOURCE).frames()) {
            if (timed.frame() instanceof KrakenFrame.ProductFrame frame) {
                assertEquals(KrakenSession.Need.NOTHING, session.accept(frame, T0));
                replay(frame);
                if (frame instanceof KrakenFrame.BookChange) {
                    compared++;
                    assertEquals(
                            compared + 1, channel.book().view().orElseThrow().sequence());
                    assertSameAs(channel.book().view().orElseThrow());
                }
            }
        }
        assertEquals(2_105, compared);
    }

    @Test
    void shouldAgreeWithTheVenuesOwnTicker() throws Exception {
        int tickers = 0;
        for (Recording.TimedFrame timed :
                Recording.load(RecordedFrames.RESOURCE).frames()) {
            if (timed.frame() instanceof KrakenFrame.ProductFrame frame) {
                session.accept(frame, T0);
            }
            if (timed.frame() instanceof KrakenFrame.Ticker ticker) {
                BookStep.View view = channel.book().view().orElseThrow();
                assertEquals(
                        ticker.bid(),
                        new BigDecimal(eth.price(view.bids().getFirst().priceSteps()))
                                .setScale(ticker.bid().scale()));
                assertEquals(
                        ticker.ask(),
                        new BigDecimal(eth.price(view.asks().getFirst().priceSteps()))
                                .setScale(ticker.ask().scale()));
                tickers++;
            }
        }
        assertEquals(17, tickers);
    }

    @Test
    void shouldShowReadersNoBreakWhenTheRecordingStartsOver() throws Exception {
        List<Recording.TimedFrame> frames =
                Recording.load(RecordedFrames.RESOURCE).frames();
        NaiveBook copy = new NaiveBook();
        Subscription<BookStep> reader = null;
        for (int round = 0; round < 3; round++) {
            for (Recording.TimedFrame timed : frames) {
                if (timed.frame() instanceof KrakenFrame.ProductFrame frame) {
                    session.accept(frame, T0);
                }
                if (reader == null && channel.book().hasEverHadBook()) {
                    reader = channel.book().subscribe(0, 0).orElseThrow();
                    reader.backlog().forEach(copy::accept);
                }
                while (reader != null && !reader.queue().isEmpty()) {
                    copy.accept(reader.queue().remove());
                    assertFalse(copy.isCrossed());
                }
            }
            assertEquals(channel.book().view().orElseThrow().bids(), copy.bids());
            assertEquals(channel.book().view().orElseThrow().asks(), copy.asks());
            session.restart();
        }
        assertEquals(T0.toEpochMilli(), copy.epoch());
        assertEquals(1 + 3 * 2_105 + 2, copy.sequence());
        try (var trades = channel.trades().subscribe(100, T0.toEpochMilli())) {
            assertEquals(3, trades.backlog().getFirst().size(), "one new trade in each round");
            assertTrue(trades.backlog().getFirst().stream().allMatch(t -> t.sequence() > 100));
        }
    }
}
