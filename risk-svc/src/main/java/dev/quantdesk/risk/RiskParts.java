package dev.quantdesk.risk;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.risk.account.Accounts;
import dev.quantdesk.risk.api.CollateralApi;
import dev.quantdesk.risk.api.RiskApi;
import dev.quantdesk.risk.api.RiskMetrics;
import dev.quantdesk.risk.events.EventFeeds;
import dev.quantdesk.risk.events.MarkBoard;
import dev.quantdesk.risk.ledger.Faucet;
import dev.quantdesk.risk.ledger.GenesisClient;
import dev.quantdesk.risk.ledger.Ledger;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import redis.clients.jedis.RedisClient;

/** The parts of risk-svc, put together and started. */
public final class RiskParts {
    private static final Duration RESERVATION_LIFE_MIN = Duration.ofSeconds(10);
    private static final Duration RESERVATION_LIFE_MAX = Duration.ofHours(1);
    private static final Duration MARK_AGE_MIN = Duration.ofSeconds(2);
    private static final Duration MARK_AGE_MAX = Duration.ofMinutes(5);

    private final Database engineDatabase;
    private final EventFeeds feeds;
    private final RiskApi riskApi;
    private final CollateralApi collateralApi;

    /**
     * @param closing takes what has to be closed when the service stops, last one first, also after a failed start
     * @throws Exception when a setting is wrong or Postgres can't be read
     */
    public RiskParts(Settings settings, Vertx vertx, Telemetry telemetry, Consumer<AutoCloseable> closing)
            throws Exception {
        Duration markMaxAge = between(settings, "margin.mark_max_age", MARK_AGE_MIN, MARK_AGE_MAX);
        Duration reservationLife =
                between(settings, "margin.reservation_life", RESERVATION_LIFE_MIN, RESERVATION_LIFE_MAX);
        Faucet.Limits faucetLimits = Faucet.Limits.of(settings);
        Clock clock = Clock.systemUTC();
        LongSupplier uptimeMillis = () -> System.nanoTime() / 1_000_000;
        Markets markets = Markets.load();
        Accounts accounts = new Accounts();
        MarkBoard board = new MarkBoard(markMaxAge);

        Database ledgerDatabase = new Database(vertx, settings, telemetry);
        closing.accept(ledgerDatabase);
        engineDatabase = new Database(
                vertx, settings, telemetry, settings.text("postgres.engine_user"), settings.text("postgres.password"));
        closing.accept(engineDatabase);
        RedisClient redis = Redis.connect(settings);
        closing.accept(redis);
        GenesisClient chain = new GenesisClient(settings.text("solana.rpc_url"), telemetry);
        closing.accept(chain);
        feeds = new EventFeeds(redis, engineDatabase, markets, accounts, board, reservationLife, clock, uptimeMillis);
        riskApi = new RiskApi(markets, accounts, board, feeds.execution(), clock, uptimeMillis);
        Faucet faucet = new Faucet(faucetLimits, chain, new Ledger(ledgerDatabase));
        collateralApi = new CollateralApi(accounts, board, faucet, clock);

        // A role that can't work is found now, not at the first request.
        ledgerDatabase.inTransaction("risk.ping", "", tx -> tx.query("SELECT 1 FROM risk.ledger_entries LIMIT 1"));
        feeds.start();
        closing.accept(feeds);
        RiskMetrics.watch(
                accounts::heldReservations,
                feeds.execution()::lag,
                () -> feeds.execution().isTrusted() ? 1 : 0);
    }

    private static Duration between(Settings settings, String setting, Duration least, Duration most) {
        Duration value = settings.duration(setting);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new Settings.SettingsException(setting + " is " + value + ", not from " + least + " to " + most);
        }
        return value;
    }

    public void bind(RpcServer rpc) {
        riskApi.bind(rpc);
        collateralApi.bind(rpc);
    }

    /** What has to hold for the service to be ready, by name. */
    public Map<String, BooleanSupplier> conditions() {
        return Map.of("postgres", engineDatabase::isReachable, "events", feeds.execution()::isTrusted);
    }
}
