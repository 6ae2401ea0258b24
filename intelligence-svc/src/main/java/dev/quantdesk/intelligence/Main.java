package dev.quantdesk.intelligence;

import dev.quantdesk.intelligence.api.InsightApi;
import dev.quantdesk.intelligence.insight.InsightLog;
import dev.quantdesk.intelligence.insight.InsightPublisher;
import dev.quantdesk.intelligence.insight.PressureDetector;
import dev.quantdesk.intelligence.insight.PressureInsights;
import dev.quantdesk.intelligence.orderflow.BookFollower;
import dev.quantdesk.intelligence.orderflow.OrderFlow;
import dev.quantdesk.intelligence.stream.Fanout;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.service.ServiceRuntime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import redis.clients.jedis.RedisClient;

/** Starts intelligence-svc. */
public final class Main {
    private static final String NAME = "intelligence-svc";
    /** A new reader of order flow is given the latest interval. */
    private static final int FLOWS_KEPT = 1;

    private Main() {}

    public static void main(String[] arguments) {
        ServiceRuntime.run(NAME, Main::wire);
    }

    private static void wire(ServiceRuntime runtime) {
        Settings settings = runtime.settings();
        Clock clock = Clock.systemUTC();
        PressureDetector.Settings pressure = pressure(settings);
        BookFollower.Options following = following(settings);

        RedisClient redis = runtime.closing(Redis.connect(settings));
        InsightLog log = runtime.closing(new InsightLog(redis));
        InsightPublisher publisher = runtime.closing(new InsightPublisher(
                new EventPublisher(redis, InsightPublisher.STREAM, InsightPublisher.STREAM_MAX, runtime.telemetry())));

        RpcClient mesh = runtime.meshClient();
        IdentityTokens.Issuer issuer = runtime.identityIssuer();
        Supplier<String> tokens = () -> issuer.issue(new Identity.Service(NAME));
        Map<String, Fanout<OrderFlow>> flows = new LinkedHashMap<>();
        List<BookFollower> followers = new ArrayList<>();
        for (Market market : Markets.load().all()) {
            Fanout<OrderFlow> flow = new Fanout<>(FLOWS_KEPT);
            PressureInsights insights = new PressureInsights(pressure);
            flows.put(market.symbol(), flow);
            followers.add(runtime.closing(
                    new BookFollower(market.symbol(), mesh, tokens, following, clock, interval -> {
                        flow.publish(interval);
                        insights.observe(interval).ifPresent(publisher::offer);
                    })));
        }
        new InsightApi(flows, log, clock).bindTo(runtime.rpc());
        runtime.readyWhen("order books", () -> followers.stream().allMatch(BookFollower::hasEverFollowed));
        runtime.readyWhen("insight log", log::hasEverBeenRead);
        publisher.start();
        followers.forEach(BookFollower::start);
    }

    private static BookFollower.Options following(Settings settings) {
        return new BookFollower.Options(
                settings.duration("mesh.call_timeout"),
                settings.duration("books.silence_timeout"),
                settings.duration("books.reconnect_pause_min"),
                settings.duration("books.reconnect_pause_max"));
    }

    private static PressureDetector.Settings pressure(Settings settings) {
        try {
            return new PressureDetector.Settings(
                    Double.parseDouble(settings.text("insight.threshold")),
                    Double.parseDouble(settings.text("insight.rearm")),
                    settings.integer("insight.rearm_intervals"));
        } catch (IllegalArgumentException wrong) {
            throw new Settings.SettingsException("insight settings are out of range: " + wrong.getMessage());
        }
    }
}
