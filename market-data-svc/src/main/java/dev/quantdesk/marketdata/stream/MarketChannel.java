package dev.quantdesk.marketdata.stream;

import dev.quantdesk.marketdata.book.Instrument;

/** Everything that is known of one market: its book and its trades. */
public record MarketChannel(Instrument instrument, BookChannel book, TradeChannel trades) {
    public static MarketChannel of(Instrument instrument) {
        return new MarketChannel(instrument, new BookChannel(instrument), new TradeChannel());
    }

    public String symbol() {
        return instrument.symbol();
    }
}
