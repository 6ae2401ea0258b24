package dev.quantdesk.marketdata.venue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.marketdata.RecordedFrames;
import dev.quantdesk.marketdata.book.BookSide;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class KrakenDecoderTest {
    @Test
    void shouldDecodeEveryRecordedFrame() throws Exception {
        List<KrakenFrame> frames = new java.util.ArrayList<>();
        for (String text : RecordedFrames.texts()) {
            frames.add(KrakenDecoder.decode(text));
        }
        Map<String, Long> kinds = frames.stream()
                .collect(Collectors.groupingBy(f -> f.getClass().getSimpleName(), Collectors.counting()));
        assertEquals(
                Map.of(
                        "Info", 1L,
                        "SubscriptionChanged", 3L,
                        "BookSnapshot", 1L,
                        "BookChange", 2105L,
                        "TradeSnapshot", 1L,
                        "TradePrint", 1L,
                        "Ticker", 17L),
                kinds);
    }

    @Test
    void shouldKeepDecimalsExactWhenNoDoubleHoldsThem() throws Exception {
        var change = assertInstanceOf(
                KrakenFrame.BookChange.class,
                KrakenDecoder.decode("{\"feed\":\"book\",\"product_id\":\"PI_ETHUSD\",\"side\":\"sell\","
                        + "\"seq\":26660860,"
                        + "\"price\":9007199254740993.05,\"qty\":0.1,\"timestamp\":1626994927744}"));
        assertEquals(new BigDecimal("9007199254740993.05"), change.level().price());
        assertEquals(new BigDecimal("0.1"), change.level().quantity());
        assertEquals(26660860, change.sequence());
        assertEquals(BookSide.SELL, change.side());
        assertEquals(Instant.ofEpochMilli(1626994927744L), change.time());
    }

    @Test
    void shouldOrderSnapshotTradesOldestFirst() throws Exception {
        var snapshot = assertInstanceOf(
                KrakenFrame.TradeSnapshot.class,
                KrakenDecoder.decode(RecordedFrames.of("trade_snapshot").getFirst()));
        List<Long> sequences =
                snapshot.trades().stream().map(KrakenFrame.TradePrint::sequence).toList();
        assertEquals(100, sequences.size());
        assertEquals(sequences.stream().sorted().toList(), sequences);
        assertEquals(103831, sequences.getLast());
    }

    @Test
    void shouldSayWhatTheVenueRefused() throws Exception {
        assertEquals(
                new KrakenFrame.Problem("error", "Invalid product id"),
                KrakenDecoder.decode("{\"event\":\"error\",\"message\":\"Invalid product id\"}"));
    }

    @Test
    void shouldPassOverKindsItDoesNotKnow() throws Exception {
        assertInstanceOf(
                KrakenFrame.Unknown.class, KrakenDecoder.decode("{\"feed\":\"fills\",\"x\":{\"y\":[1,null]}}"));
        assertInstanceOf(KrakenFrame.Unknown.class, KrakenDecoder.decode("{\"event\":\"challenge\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "1",
                "{",
                "{}",
                "{} {}",
                "{\"feed\":7}",
                "{\"feed\":null}",
                "{\"event\":\"info\"}",
                "{\"event\":\"info\",\"version\":1.5}",
                "{\"event\":\"subscribed\",\"feed\":\"book\",\"product_ids\":[1]}",
                "{\"feed\":\"book\"}",
                "CHANGE\"side\":\"none\",\"seq\":1,\"price\":1,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":-1,\"price\":1,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":0,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":1,\"qty\":-1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":\"1\",\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":NaN,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":1e999999999,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":1,\"price\":1e99999999999999,\"qty\":1,\"timestamp\":1}",
                "CHANGE\"side\":\"buy\",\"seq\":99999999999999999999,\"price\":1,\"qty\":1,\"timestamp\":1}",
                "SNAPSHOT\"seq\":1,\"timestamp\":1,\"bids\":{},\"asks\":[]}",
                "SNAPSHOT\"seq\":1,\"timestamp\":1,\"bids\":[[1,2]],\"asks\":[]}",
                "SNAPSHOT\"seq\":1,\"timestamp\":1,\"bids\":[{\"price\":1,\"qty\":0}],\"asks\":[]}",
                "TRADE\"side\":\"buy\",\"seq\":1,\"price\":1,\"qty\":0,\"time\":1,\"uid\":\"u\"}",
                "{\"feed\":\"x\",\"d\":[[[[[[[[[[1]]]]]]]]]]}",
            })
    void shouldRefuseWhenTheFrameIsMalformed(String text) {
        String frame = text.replace("CHANGE", "{\"feed\":\"book\",\"product_id\":\"P\",")
                .replace("SNAPSHOT", "{\"feed\":\"book_snapshot\",\"product_id\":\"P\",")
                .replace("TRADE", "{\"feed\":\"trade\",\"product_id\":\"P\",");
        assertThrows(MalformedFrameException.class, () -> KrakenDecoder.decode(frame));
    }

    @Test
    void shouldNeverFailInAnotherWayWhenFramesAreDamaged() {
        long seed = Long.getLong("seed", 20260102L);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> frames =
                RecordedFrames.texts().stream().filter(t -> t.length() < 400).toList();
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(frames.get(random.nextInt(frames.size())));
            for (int damage = 0; damage <= random.nextInt(3); damage++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.setCharAt(at, (char) (32 + random.nextInt(96)));
                    default -> text.insert(at, "0e9-{}[]\",:".charAt(random.nextInt(11)));
                }
            }
            try {
                KrakenDecoder.decode(text.toString());
            } catch (MalformedFrameException _) {
                refused++;
            } catch (RuntimeException wrong) {
                throw new AssertionError("seed " + seed + ", frame " + text, wrong);
            }
        }
        assertTrue(refused > 1_000, "seed " + seed + ": only " + refused + " refused");
    }
}
