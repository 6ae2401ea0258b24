package dev.quantdesk.marketdata.feed;

import io.prometheus.metrics.core.metrics.Counter;

/** Counters of the feeds, one set for the process. Thread-safe. */
final class FeedMetrics {
    private static final Counter FRAMES = Counter.builder()
            .name("marketdata_frames_total")
            .help("Frames taken from a feed, by market and kind; malformed ones have kind malformed.")
            .labelNames("market", "kind")
            .register();
    private static final Counter GAPS = Counter.builder()
            .name("marketdata_gaps_total")
            .help("Gaps found in a venue's sequences, by market and what has to be asked for anew.")
            .labelNames("market", "need")
            .register();
    private static final Counter CONNECTIONS = Counter.builder()
            .name("marketdata_venue_connections_total")
            .help("Connections opened to the live venue.")
            .register();

    private FeedMetrics() {}

    static void frame(String market, String kind) {
        FRAMES.labelValues(market, kind).inc();
    }

    static void gap(String market, KrakenSession.Need need) {
        GAPS.labelValues(market, need.name()).inc();
    }

    static void connection() {
        CONNECTIONS.inc();
    }
}
