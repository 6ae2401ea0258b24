package dev.quantdesk.execution.price;

import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.cluster.EngineException;
import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.event.EventConsumer;
import dev.quantdesk.kit.event.EventConsumer.Sequenced;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * Tells the engine the prices that market-data-svc publishes, for markets where an order waits for one or follows one: what
 * the engine decides by is in its log, and nothing is logged that it does not need. A feed that has gone quiet tells
 * nothing: no trigger fires on a price of long ago. Thread-safe.
 */
public final class PriceFeed implements SavedListener, AutoCloseable {
    /** Redis stream of the prices. */
    public static final String STREAM = "marketdata.marks";

    private static final Logger LOG = LoggerFactory.getLogger(PriceFeed.class);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration ENGINE_TIMEOUT = Duration.ofSeconds(2);

    private final Markets markets;
    private final LongSupplier nanoClock;
    private final Map<Integer, Prices> latest = new ConcurrentHashMap<>();
    /** By market, the orders that need its prices. */
    private final Map<Integer, Set<Long>> watching = new ConcurrentHashMap<>();
    /** Markets with a price on its way to the engine: one at a time. */
    private final Set<Integer> underway = ConcurrentHashMap.newKeySet();

    private volatile Engine engine;
    /** Of several members only the leader tells how prices move. */
    private volatile boolean leads;

    private volatile EventConsumer<MarkPriceEvent> consumer;

    /** The order engine as the feed sees it. */
    @FunctionalInterface
    public interface Engine {
        CompletableFuture<Reply> submit(Command command, Duration deadline);
    }

    private record Prices(long markTicks, long indexTicks, long priceMillis, long atNanos) {}

    /** @param nanoClock clock that never goes back */
    public PriceFeed(Markets markets, LongSupplier nanoClock) {
        this.markets = markets;
        this.nanoClock = nanoClock;
    }

    /** Where prices go from now on. */
    public void connect(Engine connected) {
        engine = connected;
    }

    /** Follows the prices. */
    public void start(RedisClient redis) {
        consumer = EventConsumer.start(redis, STREAM, MarkPriceEvent.parser(), new Handler());
    }

    @Override
    public void onLeadership(boolean leader) {
        leads = leader;
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> {
                if (needsPrices(accepted.order().trigger(), accepted.order().peg())) {
                    watching.computeIfAbsent(accepted.marketId(), _ -> ConcurrentHashMap.newKeySet())
                            .add(accepted.ref().orderId());
                }
            }
            case EngineEvent.TriggerDecided decided ->
                forget(event, decided.ref().orderId());
            case EngineEvent.OrderCancelled cancelled ->
                forget(event, cancelled.ref().orderId());
            case EngineEvent.Trade trade -> {
                if (trade.makerRemainingLots() == 0) {
                    forget(event, trade.maker().orderId());
                }
                if (trade.takerRemainingLots() == 0) {
                    forget(event, trade.taker().orderId());
                }
            }
            default -> {
                // Changes nothing about which orders need prices.
            }
        }
    }

    @Override
    public String name() {
        return "price-feed";
    }

    @Override
    public void save(SnapshotWriter out) {
        out.section(name(), 1).int32(watching.size());
        watching.forEach((marketId, orders) -> {
            out.int32(marketId).int32(orders.size());
            orders.forEach(out::int64);
        });
    }

    @Override
    public void load(SnapshotReader in) {
        in.section(name(), 1);
        for (int markets = in.count(Integer.MAX_VALUE); markets > 0; markets--) {
            Set<Long> orders = watching.computeIfAbsent(in.int32(), _ -> ConcurrentHashMap.newKeySet());
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                orders.add(in.int64());
            }
        }
    }

    @Override
    public void clear() {
        watching.clear();
    }

    /** Whether the engine has to know prices from outside for this order. */
    public static boolean needsPrices(Trigger trigger, Peg peg) {
        return peg.follows() || trigger.waits() && trigger.source() != PriceSource.LAST;
    }

    private void forget(EngineEvent event, long orderId) {
        Set<Long> orders = watching.get(event.marketId());
        if (orders != null) {
            orders.remove(orderId);
        }
    }

    /** Sends the engine the newest prices of a market ahead of an order that needs them; without fresh ones does nothing. */
    public void tell(Market market) {
        Prices prices = latest.get(market.id());
        if (prices != null && nanoClock.getAsLong() - prices.atNanos() < FRESH.toNanos()) {
            submit(market, prices);
        }
    }

    private void submit(Market market, Prices prices) {
        Engine connected = engine;
        if (connected == null) {
            return;
        }
        underway.add(market.id());
        try {
            connected
                    .submit(
                            new Command.SetPrices(
                                    market.id(), prices.markTicks(), prices.indexTicks(), prices.priceMillis()),
                            ENGINE_TIMEOUT)
                    .whenComplete((_, failure) -> {
                        underway.remove(market.id());
                        if (failure != null) {
                            LOG.warn("the engine has not taken a price of {}: {}", market.symbol(), failure.toString());
                        }
                    });
        } catch (EngineException busy) {
            underway.remove(market.id());
            LOG.warn("the engine takes no price of {}: {}", market.symbol(), busy.getMessage());
        }
    }

    private void take(MarkPriceEvent event) {
        Market market = markets.bySymbol(event.getMarket()).orElse(null);
        if (market == null) {
            LOG.warn("a price of a market that is not known here: '{}'", event.getMarket());
            return;
        }
        try {
            Prices before = latest.get(market.id());
            Prices prices = new Prices(
                    ticks(market, event.getMarkPrice()),
                    event.getIndexPrice().isEmpty() ? 0 : ticks(market, event.getIndexPrice()),
                    Timestamps.toMillis(event.getMarkTime()),
                    nanoClock.getAsLong());
            latest.put(market.id(), prices);
            boolean wanted = !watching.getOrDefault(market.id(), Set.of()).isEmpty();
            boolean moved = before == null
                    || before.markTicks() != prices.markTicks()
                    || before.indexTicks() != prices.indexTicks();
            if (leads && wanted && moved && !underway.contains(market.id())) {
                submit(market, prices);
            }
        } catch (ArithmeticException | IllegalArgumentException wrong) {
            LOG.warn("a price that is none of {}: {}", market.symbol(), wrong.getMessage());
        }
    }

    private static long ticks(Market market, String price) {
        long ticks = market.ticks(price);
        if (ticks <= 0 || ticks > market.maxPriceTicks()) {
            throw new ArithmeticException(price + " is out of range");
        }
        return ticks;
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close();
        }
    }

    /** Only the newest price counts: gaps do not. Called by the consumer's thread. */
    private final class Handler implements EventConsumer.Handler<MarkPriceEvent> {
        private long sequence;

        @Override
        public long lastSequence() {
            return sequence;
        }

        @Override
        public void accept(List<Sequenced<MarkPriceEvent>> events) {
            events.forEach(event -> take(event.event()));
            sequence = events.getLast().sequence();
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            sequence = firstAvailable - 1;
            return sequence;
        }
    }
}
