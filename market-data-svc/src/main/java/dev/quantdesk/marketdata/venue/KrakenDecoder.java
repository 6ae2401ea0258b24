package dev.quantdesk.marketdata.venue;

import dev.quantdesk.marketdata.book.BookSide;
import dev.quantdesk.marketdata.venue.KrakenFrame.BookChange;
import dev.quantdesk.marketdata.venue.KrakenFrame.BookSnapshot;
import dev.quantdesk.marketdata.venue.KrakenFrame.PriceQuantity;
import dev.quantdesk.marketdata.venue.KrakenFrame.TradePrint;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the venue's frames. Stateless. */
public final class KrakenDecoder {
    private KrakenDecoder() {}

    /** @throws MalformedFrameException for anything the venue does not document; never another exception */
    public static KrakenFrame decode(String text) throws MalformedFrameException {
        JsonFields json = JsonFields.parse(text);
        if (json.has("event")) {
            return event(json, json.text("event"));
        }
        String feed = json.text("feed");
        return switch (feed) {
            case "book_snapshot" -> bookSnapshot(json);
            case "book" -> bookChange(json);
            case "trade_snapshot" -> tradeSnapshot(json);
            case "trade" -> trade(json);
            case "ticker", "ticker_lite" ->
                new KrakenFrame.Ticker(product(json), json.amount("bid"), json.amount("ask"));
            case "heartbeat" -> new KrakenFrame.Heartbeat();
            default -> new KrakenFrame.Unknown("feed " + feed);
        };
    }

    private static KrakenFrame event(JsonFields json, String event) throws MalformedFrameException {
        return switch (event) {
            case "info" -> new KrakenFrame.Info(json.count("version"));
            case "subscribed", "unsubscribed" ->
                new KrakenFrame.SubscriptionChanged(
                        event.equals("subscribed"),
                        json.text("feed"),
                        json.has("product_ids") ? json.texts("product_ids") : List.of());
            case "error", "alert", "subscribed_failed", "unsubscribed_failed" ->
                new KrakenFrame.Problem(event, json.has("message") ? json.text("message") : "");
            default -> new KrakenFrame.Unknown("event " + event);
        };
    }

    private static BookSnapshot bookSnapshot(JsonFields json) throws MalformedFrameException {
        return new BookSnapshot(
                product(json), json.count("seq"), time(json, "timestamp"), levels(json, "bids"), levels(json, "asks"));
    }

    private static List<PriceQuantity> levels(JsonFields json, String side) throws MalformedFrameException {
        List<PriceQuantity> levels = new ArrayList<>();
        for (JsonFields level : json.objects(side)) {
            PriceQuantity parsed = level(level);
            if (parsed.quantity().signum() == 0) {
                throw new MalformedFrameException("a snapshot with an empty level");
            }
            levels.add(parsed);
        }
        return levels;
    }

    private static PriceQuantity level(JsonFields json) throws MalformedFrameException {
        return new PriceQuantity(price(json), json.amount("qty"));
    }

    private static BigDecimal price(JsonFields json) throws MalformedFrameException {
        BigDecimal price = json.amount("price");
        if (price.signum() == 0) {
            throw new MalformedFrameException("a price of zero");
        }
        return price;
    }

    private static BookChange bookChange(JsonFields json) throws MalformedFrameException {
        return new BookChange(product(json), json.count("seq"), time(json, "timestamp"), side(json), level(json));
    }

    private static KrakenFrame.TradeSnapshot tradeSnapshot(JsonFields json) throws MalformedFrameException {
        List<TradePrint> trades = new ArrayList<>();
        for (JsonFields trade : json.objects("trades")) {
            trades.add(trade(trade));
        }
        // The venue lists the newest first.
        trades.sort(Comparator.comparingLong(TradePrint::sequence));
        return new KrakenFrame.TradeSnapshot(product(json), trades);
    }

    private static TradePrint trade(JsonFields json) throws MalformedFrameException {
        BigDecimal quantity = json.amount("qty");
        if (quantity.signum() == 0) {
            throw new MalformedFrameException("a trade of nothing");
        }
        return new TradePrint(
                product(json),
                json.count("seq"),
                time(json, "time"),
                json.text("uid"),
                side(json),
                price(json),
                quantity);
    }

    private static String product(JsonFields json) throws MalformedFrameException {
        return json.text("product_id");
    }

    private static Instant time(JsonFields json, String name) throws MalformedFrameException {
        return Instant.ofEpochMilli(json.count(name));
    }

    private static BookSide side(JsonFields json) throws MalformedFrameException {
        String side = json.text("side");
        return switch (side) {
            case "buy" -> BookSide.BUY;
            case "sell" -> BookSide.SELL;
            default -> throw new MalformedFrameException("side is neither buy nor sell");
        };
    }
}
