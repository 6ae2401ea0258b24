package dev.quantdesk.marketdata.venue;

import dev.quantdesk.marketdata.book.BookSide;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** A frame of the venue, with exact decimals. Field meanings: Kraken Futures API documentation, "WebSocket API v1". */
public sealed interface KrakenFrame {

    /** A frame about one product. */
    sealed interface ProductFrame extends KrakenFrame {
        /** The venue's name of the instrument in upper case, such as "PI_ETHUSD". */
        String product();
    }

    /** A price level. @param quantity total at the price, zero or more, in contracts */
    record PriceQuantity(BigDecimal price, BigDecimal quantity) {}

    /** A whole book; {@code sequence} is that of its last change. */
    record BookSnapshot(String product, long sequence, Instant time, List<PriceQuantity> bids, List<PriceQuantity> asks)
            implements ProductFrame {
        public BookSnapshot {
            bids = List.copyOf(bids);
            asks = List.copyOf(asks);
        }
    }

    /** The new total at one price; zero removes the level. {@code sequence} grows by one with each change. */
    record BookChange(String product, long sequence, Instant time, BookSide side, PriceQuantity level)
            implements ProductFrame {}

    /** A trade; {@code sequence} grows by one with each trade of the product. */
    record TradePrint(
            String product,
            long sequence,
            Instant time,
            String id,
            BookSide taker,
            BigDecimal price,
            BigDecimal quantity)
            implements ProductFrame {}

    /** The most recent trades, oldest first. */
    record TradeSnapshot(String product, List<TradePrint> trades) implements ProductFrame {
        public TradeSnapshot {
            trades = List.copyOf(trades);
        }
    }

    /** Best prices, from the feeds "ticker" and "ticker_lite". */
    record Ticker(String product, BigDecimal bid, BigDecimal ask) implements ProductFrame {}

    /** Sent each second on the feed "heartbeat". */
    record Heartbeat() implements KrakenFrame {}

    /** The greeting of a new connection. */
    record Info(long version) implements KrakenFrame {}

    /** A subscription that the venue has accepted or ended. */
    record SubscriptionChanged(boolean subscribed, String feed, List<String> products) implements KrakenFrame {
        public SubscriptionChanged {
            products = List.copyOf(products);
        }
    }

    /** A refusal or an alert of the venue. */
    record Problem(String event, String message) implements KrakenFrame {}

    /** A well-formed frame of a kind that this version does not know. */
    record Unknown(String kind) implements KrakenFrame {}
}
