package dev.quantdesk.marketdata.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.event.EventConsumer;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.marketdata.Eventually;
import dev.quantdesk.marketdata.TestMarkets;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

@Timeout(60)
class MarkPublisherTest {
    private static RedisServer server;
    private static RedisClient redis;

    @BeforeAll
    static void startRedis() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = RedisServer.newRedisServer().port(port).build();
        server.start();
        redis = RedisClient.create("127.0.0.1", port);
    }

    @AfterAll
    static void stopRedis() throws Exception {
        redis.close();
        server.stop();
    }

    /** Collects what is published. */
    private static final class Collector implements EventConsumer.Handler<MarkPriceEvent> {
        private final List<EventConsumer.Sequenced<MarkPriceEvent>> events = new CopyOnWriteArrayList<>();

        @Override
        public long lastSequence() {
            return events.isEmpty() ? 0 : events.getLast().sequence();
        }

        @Override
        public void accept(List<EventConsumer.Sequenced<MarkPriceEvent>> more) {
            events.addAll(more);
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            throw new AssertionError("a hole from " + lastSequence + " to " + firstAvailable);
        }

        List<String> markets() {
            return events.stream().map(each -> each.event().getMarket()).toList();
        }
    }

    private static MarkPublisher publisher(List<MarketChannel> markets, String stream, Duration interval) {
        EventPublisher events = new EventPublisher(redis, stream, MarkPublisher.STREAM_MAX, Telemetry.none());
        return new MarkPublisher(markets, events, interval, Clock.systemUTC());
    }

    private static void begin(MarketChannel market, Instant time) throws Exception {
        market.book().begin(TestMarkets.levels(40_078, 1), TestMarkets.levels(40_092, 1), time, time);
    }

    @Test
    void shouldPublishLiveMarketsInOneUnbrokenSequenceOverRestarts() throws Exception {
        Instant now = Instant.now();
        MarketChannel eth = MarketChannel.of(TestMarkets.eth());
        begin(eth, now.plusSeconds(60));
        MarketChannel stale = MarketChannel.of(TestMarkets.sol());
        Instant old = now.minusSeconds(6);
        stale.book().begin(TestMarkets.levels(100, 1), TestMarkets.levels(101, 1), old, old);

        Collector collector = new Collector();
        try (var _ = EventConsumer.start(redis, MarkPublisher.STREAM, MarkPriceEvent.parser(), collector)) {
            for (int life = 1; life <= 2; life++) {
                int wanted = collector.events.size() + 3;
                try (MarkPublisher publisher =
                        publisher(List.of(eth, stale), MarkPublisher.STREAM, Duration.ofMillis(20))) {
                    publisher.start();
                    Eventually.until(() -> wanted + " marks", () -> collector.events.size() >= wanted);
                }
            }
        }
        for (int i = 0; i < collector.events.size(); i++) {
            assertEquals(i + 1, collector.events.get(i).sequence());
            MarkPriceEvent mark = collector.events.get(i).event();
            assertEquals("ETH-PERP", mark.getMarket());
            assertEquals("2004.25", mark.getMarkPrice());
            assertTrue(mark.getMarkTime().getSeconds() >= now.getEpochSecond());
        }
    }

    @Test
    void shouldPublishAMarkAsSoonAsTheBookIsLive() throws Exception {
        Instant soon = Instant.now().plusSeconds(60);
        MarketChannel eth = MarketChannel.of(TestMarkets.eth());
        MarketChannel sol = MarketChannel.of(TestMarkets.sol());
        begin(eth, soon);
        Collector collector = new Collector();
        String stream = "first." + MarkPublisher.STREAM;
        try (var _ = EventConsumer.start(redis, stream, MarkPriceEvent.parser(), collector);
                MarkPublisher publisher = publisher(List.of(eth, sol), stream, Duration.ofHours(1))) {
            publisher.start();
            Eventually.until(
                    () -> "the mark of a book that was live",
                    () -> collector.markets().equals(List.of("ETH-PERP")));
            begin(sol, soon);
            Eventually.until(
                    () -> "the mark of a book that has become live: " + collector.markets(),
                    () -> collector.markets().equals(List.of("ETH-PERP", "ETH-PERP", "SOL-PERP")));
        }
    }
}
