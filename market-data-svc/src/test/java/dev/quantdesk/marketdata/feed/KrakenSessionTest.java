package dev.quantdesk.marketdata.feed;

import static dev.quantdesk.marketdata.TestMarkets.T0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.RecordedFrames;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.book.Trade;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.venue.KrakenDecoder;
import dev.quantdesk.marketdata.venue.KrakenFrame;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class KrakenSessionTest {
    private final MarketChannel channel = MarketChannel.of(TestMarkets.eth());
    private final KrakenSession session = new KrakenSession("PI_ETHUSD", channel);
    private final List<String> changes = RecordedFrames.of("book");
    private final String snapshot = RecordedFrames.of("book_snapshot").getFirst();

    private KrakenSession.Need accept(String text) throws MalformedFrameException {
        return session.accept((KrakenFrame.ProductFrame) KrakenDecoder.decode(text), T0);
    }

    private static String trade(long sequence) {
        return "{\"feed\":\"trade\",\"product_id\":\"PI_ETHUSD\",\"uid\":\"u" + sequence + "\",\"side\":\"buy\","
                + "\"type\":\"fill\",\"seq\":" + sequence + ",\"time\":1626994936490,\"qty\":40.0,\"price\":2005.2}";
    }

    private static String trades(long from, long to) {
        StringBuilder text =
                new StringBuilder("{\"feed\":\"trade_snapshot\",\"product_id\":\"PI_ETHUSD\",\"trades\":[");
        for (long sequence = to; sequence >= from; sequence--) {
            text.append(trade(sequence)).append(sequence == from ? "]}" : ",");
        }
        return text.toString();
    }

    private List<String> tradeIds() {
        try (var reader = channel.trades().subscribe(0, 0)) {
            return reader.backlog().getFirst().stream()
                    .map(t -> t.print().venueTradeId())
                    .toList();
        }
    }

    @Test
    void shouldLoseTheBookWhenAChangeIsMissing() throws Exception {
        accept(snapshot);
        long epoch = channel.book().view().orElseThrow().epoch();
        assertEquals(KrakenSession.Need.NOTHING, accept(changes.get(0)));
        assertEquals(KrakenSession.Need.NEW_BOOK, accept(changes.get(2)));
        assertTrue(channel.book().view().isEmpty());
        assertFalse(session.hasBook());
        assertEquals(KrakenSession.Need.NOTHING, accept(changes.get(3)), "asked for once");
        accept(snapshot);
        assertTrue(channel.book().view().orElseThrow().epoch() > epoch);
    }

    @Test
    void shouldLoseTheBookWhenAChangeComesTwice() throws Exception {
        accept(snapshot);
        accept(changes.get(0));
        assertEquals(KrakenSession.Need.NEW_BOOK, accept(changes.get(0)));
    }

    @Test
    void shouldPassOverChangesBeforeTheSnapshot() throws Exception {
        assertEquals(KrakenSession.Need.NOTHING, accept(changes.get(7)));
        assertTrue(channel.book().view().isEmpty());
    }

    @Test
    void shouldLoseTheBookWhenASnapshotIsCrossed() throws Exception {
        accept(snapshot);
        assertEquals(
                KrakenSession.Need.NEW_BOOK,
                accept("{\"feed\":\"book_snapshot\",\"product_id\":\"PI_ETHUSD\",\"timestamp\":1,\"seq\":1,"
                        + "\"bids\":[{\"price\":2001,\"qty\":1}],\"asks\":[{\"price\":2000,\"qty\":1}]}"));
        assertTrue(channel.book().view().isEmpty());
    }

    @Test
    void shouldRefuseAPriceOffTheInstrumentsSteps() throws Exception {
        accept(snapshot);
        String off = changes.get(0).replace("2004.85", "2004.851");
        assertThrows(MalformedFrameException.class, () -> accept(off));
    }

    @Test
    void shouldFillAGapInTheTradesFromTheNextSnapshot() throws Exception {
        accept(trades(5, 7));
        accept(trade(8));
        assertEquals(KrakenSession.Need.NEW_TRADES, accept(trade(10)));
        assertEquals(KrakenSession.Need.NOTHING, accept(trade(11)));
        accept(trades(6, 11));
        accept(trade(12));
        assertEquals(List.of("u5", "u6", "u7", "u8", "u9", "u10", "u11", "u12"), tradeIds());
    }

    @Test
    void shouldStartANewEpochWhenTradesAreLostForGood() throws Exception {
        accept(trades(5, 7));
        session.disconnected();
        accept(trades(9, 11));
        try (var reader = channel.trades().subscribe(0, 0)) {
            List<Trade> kept = reader.backlog().getFirst();
            assertEquals(List.of("u9", "u10", "u11"), tradeIds());
            assertEquals(1, kept.getFirst().sequence());
            assertEquals(T0.toEpochMilli() + 1, kept.getFirst().epoch());
        }
    }
}
