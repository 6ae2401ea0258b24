package dev.quantdesk.marketdata;

import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.marketdata.book.BookDelta;
import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.book.Level;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Instruments, times and levels for tests. */
public final class TestMarkets {
    /** A fixed time to start from. */
    public static final Instant T0 = Instant.parse("2026-01-02T03:04:05.006Z");

    private TestMarkets() {}

    /** ETH-PERP behind the recorded product. */
    public static Instrument eth() {
        return new Instrument(
                Markets.load().bySymbol("ETH-PERP").orElseThrow(),
                Instrument.Source.RECORDING,
                "kraken-futures:PI_ETHUSD",
                new BigDecimal("0.05"),
                BigDecimal.ONE,
                "USD");
    }

    public static Instrument sol() {
        return Instrument.simulated(Markets.load().bySymbol("SOL-PERP").orElseThrow());
    }

    public static BookDelta bid(long price, long lots) {
        return BookDelta.of(BookSide.BUY, new Level(price, lots));
    }

    public static BookDelta ask(long price, long lots) {
        return BookDelta.of(BookSide.SELL, new Level(price, lots));
    }

    /** Levels from price, lots, price, lots … */
    public static List<Level> levels(long... pricesAndLots) {
        var levels = new java.util.ArrayList<Level>();
        for (int i = 0; i < pricesAndLots.length; i += 2) {
            levels.add(new Level(pricesAndLots[i], pricesAndLots[i + 1]));
        }
        return levels;
    }
}
