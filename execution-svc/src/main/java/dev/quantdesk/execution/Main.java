package dev.quantdesk.execution;

import dev.quantdesk.execution.cluster.EngineClient;
import dev.quantdesk.execution.cluster.EngineMembers;
import dev.quantdesk.execution.cluster.EngineNode;
import dev.quantdesk.execution.cluster.EngineNodeConfig;
import dev.quantdesk.execution.cluster.LogFollower;
import dev.quantdesk.execution.cluster.SnapshotPolicy;
import dev.quantdesk.execution.cluster.WakeGroup;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.entry.AlgoApi;
import dev.quantdesk.execution.entry.AlgoEntry;
import dev.quantdesk.execution.entry.AlgoReader;
import dev.quantdesk.execution.entry.AuctionApi;
import dev.quantdesk.execution.entry.AuctionSettings;
import dev.quantdesk.execution.entry.BatchEntry;
import dev.quantdesk.execution.entry.BracketEntry;
import dev.quantdesk.execution.entry.OrderApi;
import dev.quantdesk.execution.entry.OrderEntry;
import dev.quantdesk.execution.entry.OrderReader;
import dev.quantdesk.execution.entry.QuoteEntry;
import dev.quantdesk.execution.entry.RiskGate;
import dev.quantdesk.execution.entry.TradeStreams;
import dev.quantdesk.execution.entry.TradingBudget;
import dev.quantdesk.execution.price.PriceFeed;
import dev.quantdesk.execution.projection.AlgoRepository;
import dev.quantdesk.execution.projection.OrderRepository;
import dev.quantdesk.execution.projection.PostgresProjection;
import dev.quantdesk.execution.projection.RedisProjection;
import dev.quantdesk.execution.settlement.PayerKey;
import dev.quantdesk.execution.settlement.SettlementConfig;
import dev.quantdesk.execution.settlement.SettlementWorker;
import dev.quantdesk.execution.settlement.SolanaNode;
import dev.quantdesk.execution.settlement.SolanajNode;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.AuctionHub;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.service.ServiceRuntime;
import dev.quantdesk.kit.solana.PublicKey;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/** Wires execution-svc: order entry, the order engine, its projections and settlement. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) {
        ServiceRuntime.run("execution-svc", Main::wire);
    }

    private static void wire(ServiceRuntime runtime) {
        Settings settings = runtime.settings();
        Markets markets = shard(settings, Markets.load());
        OrderHub hub = new OrderHub(markets);
        AuctionHub auctions = new AuctionHub(markets);
        AlgoHub algos = new AlgoHub(markets);
        EngineLog log = new EngineLog();
        PriceFeed prices = new PriceFeed(markets, Clock.systemUTC());
        SettlementWorker settlement = settlement(runtime, log);
        EngineNode node = EngineNode.start(
                nodeConfig(settings, markets),
                new WakeGroup(),
                List.of(algos, auctions, hub, log, new SettlementEvents(settlement), prices));
        runtime.closing(node);
        node.stopped().whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.error("the order engine has stopped by itself; the service ends, to be started anew", failure);
                Runtime.getRuntime().halt(1);
            }
        });
        EngineClient client = runtime.closing(node.newClient());
        log.connect(client);
        RedisClient redis = runtime.closing(Redis.connect(settings));
        Followers followers = follow(runtime, node, markets, redis);
        prices.connect(client::submit);
        prices.start(redis);
        runtime.closing(prices);
        settlement.start();
        runtime.closing(settlement);
        bindApi(runtime, markets, hub, auctions, algos, client, prices);
        EngineMetrics.register(node, followers, PrometheusRegistry.defaultRegistry);
        runtime.readyWhen("engine", () -> client.isConnected() && log.isCaughtUp());
        runtime.readyWhen("projections", followers::areSound);
    }

    private static EngineNodeConfig nodeConfig(Settings settings, Markets markets) {
        Path dataDir = Path.of(settings.text("engine.data_dir"));
        List<MarketRules> rules = markets.all().stream()
                .map(market -> new MarketRules(market.id(), market.minLots(), market.maxLots(), market.maxPriceTicks()))
                .toList();
        return new EngineNodeConfig(
                dataDir,
                dataDir.resolve("aeron"),
                members(settings),
                rules,
                EngineLimits.DEFAULTS,
                settings.integer("engine.file_sync_level"),
                settings.duration("engine.idle_park"),
                new SnapshotPolicy(
                        settings.integer("engine.snapshot_messages"), settings.duration("engine.snapshot_interval")));
    }

    private static EngineMembers members(Settings settings) {
        String list = settings.text("engine.members");
        return list.isEmpty()
                ? EngineMembers.alone(settings.port("engine.base_port"))
                : new EngineMembers(
                        settings.integer("engine.member_id"),
                        EngineMembers.parse(list),
                        Optional.of(settings.text("engine.ingress_key_file"))
                                .filter(file -> !file.isEmpty())
                                .map(Path::of),
                        settings.duration("engine.leader_timeout"));
    }

    /** The markets of this engine; those of other engines are unknown here. */
    private static Markets shard(Settings settings, Markets all) {
        String list = settings.text("engine.markets");
        return list.isEmpty() ? all : all.only(List.of(list.split(",")));
    }

    private static SettlementWorker settlement(ServiceRuntime runtime, EngineLog log) {
        Settings settings = runtime.settings();
        SolanaNode node =
                new SolanajNode(settings.text("solana.rpc_url"), SolanajNode.boundedHttpClient(), runtime.telemetry());
        return new SettlementWorker(
                SettlementConfig.defaults(settings.text("solana.local_genesis_hash")),
                log,
                node,
                PayerKey.read(Path.of(settings.text("settlement.payer_key_file"))),
                runtime.telemetry(),
                PrometheusRegistry.defaultRegistry);
    }

    private static Followers follow(ServiceRuntime runtime, EngineNode node, Markets markets, RedisClient redis) {
        Settings settings = runtime.settings();
        EventPublisher publisher =
                new EventPublisher(redis, RedisProjection.STREAM, RedisProjection.LENGTH_MAX, runtime.telemetry());
        LogFollower stream = runtime.closing(node.newFollower("redis", new RedisProjection(publisher, markets)));
        Database writer = runtime.closing(new Database(
                runtime.vertx(),
                settings,
                runtime.telemetry(),
                settings.text("postgres.projection_user"),
                settings.text("postgres.password")));
        LogFollower tables = runtime.closing(node.newFollower("postgres", new PostgresProjection(writer)));
        return new Followers(List.of(stream, tables));
    }

    private static void bindApi(
            ServiceRuntime runtime,
            Markets markets,
            OrderHub hub,
            AuctionHub auctions,
            AlgoHub algos,
            EngineClient client,
            PriceFeed prices) {
        Settings settings = runtime.settings();
        Database reading = runtime.closing(new Database(runtime.vertx(), settings, runtime.telemetry()));
        OrderReader reader = new OrderReader(
                hub,
                new OrderRepository(reading, markets),
                settings.text("engine.members").isEmpty() ? OrderReader.OWN_ENGINE : client::barrier);
        RpcClient mesh = runtime.meshClient();
        Duration callTimeout = settings.duration("mesh.call_timeout");
        RiskGate risk = new RiskGate(mesh, callTimeout);
        OrderEntry entry = new OrderEntry(
                markets,
                PublicKey.parse(settings.text("settlement.program_id")),
                risk,
                client::submit,
                prices,
                AuctionSettings.of(settings, markets),
                hub,
                reader,
                runtime.telemetry(),
                Clock.systemUTC());
        TradingBudget budget = new TradingBudget(mesh, callTimeout, Clock.systemUTC());
        TradeStreams streams = new TradeStreams(
                entry,
                risk,
                budget,
                mesh,
                new IdentityTokens.Verifier(settings.fileContent("identity.key_set_file"), Clock.systemUTC()),
                callTimeout,
                runtime.telemetry(),
                Clock.systemUTC());
        BatchEntry batches = new BatchEntry(entry, risk, budget, Clock.systemUTC());
        BracketEntry brackets = new BracketEntry(entry, risk, budget, Clock.systemUTC());
        new AuctionApi(new QuoteEntry(entry, Clock.systemUTC()), auctions, hub, markets, Clock.systemUTC())
                .bind(runtime.rpc());
        new OrderApi(entry, batches, brackets, streams, hub, reader, Clock.systemUTC()).bind(runtime.rpc());
        AlgoReader algoReader = new AlgoReader(algos, new AlgoRepository(reading, markets), reader);
        AlgoEntry algoEntry = new AlgoEntry(
                markets,
                PublicKey.parse(settings.text("settlement.program_id")),
                risk,
                entry,
                algos,
                algoReader,
                Clock.systemUTC(),
                new SecureRandom()::nextLong);
        new AlgoApi(algoEntry, algoReader).bind(runtime.rpc());
    }
}
