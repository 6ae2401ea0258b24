package dev.quantdesk.marketdata;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.service.ServiceRuntime;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.marketdata.api.MarketDataApi;
import dev.quantdesk.marketdata.feed.Feed;
import dev.quantdesk.marketdata.feed.MarkPublisher;
import dev.quantdesk.marketdata.stream.MarketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import redis.clients.jedis.RedisClient;

/** Starts market-data-svc. */
public final class Main {
    private static final Duration MARK_INTERVAL = Duration.ofSeconds(1);

    private Main() {}

    public static void main(String[] arguments) {
        ServiceRuntime.run("market-data-svc", Main::wire);
    }

    private static void wire(ServiceRuntime runtime) throws Exception {
        Settings settings = runtime.settings();
        Clock clock = Clock.systemUTC();
        PublicKey settlementProgram = settlementProgram(settings);
        MarketFeeds wiring = MarketFeeds.of(settings, Markets.load(), runtime.vertx(), clock);
        List<MarketChannel> markets = wiring.markets();

        RedisClient redis = runtime.closing(Redis.connect(settings));
        EventPublisher publisher =
                new EventPublisher(redis, MarkPublisher.STREAM, MarkPublisher.STREAM_MAX, runtime.telemetry());
        MarkPublisher marks = runtime.closing(new MarkPublisher(markets, publisher, MARK_INTERVAL, clock));

        new MarketDataApi(markets, settlementProgram, clock).bindTo(runtime.rpc());
        markets.forEach(market -> runtime.readyWhen(
                "book of " + market.symbol(), () -> market.book().hasEverHadBook()));
        for (Feed feed : wiring.feeds()) {
            runtime.closing(feed).start();
        }
        marks.start();
    }

    private static PublicKey settlementProgram(Settings settings) {
        String program = settings.text("settlement.program_id");
        try {
            return PublicKey.parse(program);
        } catch (IllegalArgumentException wrong) {
            throw new Settings.SettingsException("settlement.program_id: " + wrong.getMessage());
        }
    }
}
