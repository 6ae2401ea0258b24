package dev.quantdesk.marketdata.venue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;

/** The requests that a client sends to the venue. */
public final class KrakenRequests {
    public static final String BOOK = "book";
    public static final String TRADE = "trade";

    private KrakenRequests() {}

    public static String subscribe(String feed, Collection<String> products) {
        return about("subscribe", feed, products);
    }

    public static String unsubscribe(String feed, Collection<String> products) {
        return about("unsubscribe", feed, products);
    }

    /** Asks for a frame each second, by which a silent connection is told from a dead one. */
    public static String subscribeHeartbeat() {
        return new JsonObject()
                .put("event", "subscribe")
                .put("feed", "heartbeat")
                .encode();
    }

    private static String about(String event, String feed, Collection<String> products) {
        JsonArray ids = new JsonArray();
        products.stream().sorted().forEach(ids::add);
        return new JsonObject()
                .put("event", event)
                .put("feed", feed)
                .put("product_ids", ids)
                .encode();
    }
}
