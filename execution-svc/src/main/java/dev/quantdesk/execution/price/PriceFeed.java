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
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * Tells the engine the prices that market-data-svc publishes, for markets where an order waits for one or follows one: what
 * the engine decides by is in its log, and nothing is logged that it does not need. A price is as old as its own time says,
 * by a clock that is in step with market-data-svc's: one of long ago is not told, whenever it arrives. Of each market one
 * price at a time is on its way, and the newest follows it. What the engine has not taken is not repeated by itself: the next
 * price that arrives is told instead. Thread-safe.
 */
public final class PriceFeed implements SavedListener, AutoCloseable {
    /** Redis stream of the prices. */
    public static final String STREAM = "marketdata.marks";

    private static final Logger LOG = LoggerFactory.getLogger(PriceFeed.class);
    private static final Duration ENGINE_TIMEOUT = Duration.ofSeconds(2);

    private final Markets markets;
    private final Clock clock;
    private final Map<Integer, MarketPrices> byMarket = new ConcurrentHashMap<>();
    /** By market, the orders that need its prices. */
    private final Map<Integer, Set<Long>> watching = new ConcurrentHashMap<>();

    private volatile Engine engine;
    /** Of several members only the leader tells how prices move. */
    private volatile boolean leads;

    private final Handler handler = new Handler();
    private volatile EventConsumer<MarkPriceEvent> consumer;

    /** The order engine as the feed sees it. */
    @FunctionalInterface
    public interface Engine {
        CompletableFuture<Reply> submit(Command command, Duration deadline);
    }

    private record Prices(long markTicks, long indexTicks, long millis) {
        boolean differFrom(Prices others) {
            return markTicks != others.markTicks || indexTicks != others.indexTicks;
        }
    }

    /** The prices of one market, and what the engine has of them. Guarded by itself. */
    private static final class MarketPrices {
        private final Market market;
        private Prices newest;
        /** The last that the engine has taken, or null where that is not known. */
        private Prices taken;
        /** On their way to the engine, or null. */
        private Prices underway;
        /** Whether the engine may have been told others since those on their way were sent. */
        private boolean overtaken;

        private MarketPrices(Market market) {
            this.market = market;
        }

        private synchronized void arrived(Prices prices) {
            if (newest == null || prices.millis() >= newest.millis()) {
                newest = prices;
            }
        }

        private synchronized void forgetTaken() {
            taken = null;
            overtaken = underway != null;
        }

        /** Begins to send the newest ones if they have moved. @return null when there is nothing to send */
        private synchronized Prices sendMove(long nowMillis) {
            boolean moved = newest != null && (taken == null || newest.differFrom(taken));
            return moved ? send(nowMillis) : null;
        }

        /** Begins to send the newest ones unless the engine has them. @return null when there is nothing to send */
        private synchronized Prices sendNewest(long nowMillis) {
            return newest == null || newest.equals(taken) ? null : send(nowMillis);
        }

        private Prices send(long nowMillis) {
            if (underway == null && isFresh(newest, nowMillis)) {
                underway = newest;
                return underway;
            }
            return null;
        }

        /** @return whether others have arrived since they were sent */
        private synchronized boolean answered(boolean recorded) {
            Prices sent = underway;
            taken = recorded && !overtaken ? sent : null;
            underway = null;
            overtaken = false;
            return !newest.equals(sent);
        }

        private synchronized boolean isUpToDate() {
            return newest != null && (newest.equals(taken) || newest.equals(underway));
        }
    }

    /** @param clock wall clock, in step with that of market-data-svc */
    public PriceFeed(Markets markets, Clock clock) {
        this.markets = markets;
        this.clock = clock;
    }

    /** Where prices go from now on. */
    public void connect(Engine connected) {
        engine = connected;
    }

    /** Follows the prices. */
    public void start(RedisClient redis) {
        consumer = EventConsumer.start(redis, STREAM, MarkPriceEvent.parser(), handler);
    }

    /** Sequence in the stream up to which prices have arrived, and were told where that was called for. */
    long lastSequence() {
        return handler.lastSequence();
    }

    @Override
    public void onLeadership(boolean leader) {
        leads = leader;
        if (leader) {
            // The leader before may have told prices that were not seen here.
            byMarket.values().forEach(MarketPrices::forgetTaken);
            byMarket.values().forEach(this::tellMove);
        }
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> {
                if (needsPrices(accepted.order().trigger(), accepted.order().peg())) {
                    watching.computeIfAbsent(accepted.marketId(), _ -> ConcurrentHashMap.newKeySet())
                            .add(accepted.ref().orderId());
                    tellFirst(accepted.marketId());
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

    /**
     * Sends the engine the newest prices of a market ahead of an order that needs them. Without fresh ones does nothing, nor
     * where the engine has them, or others are on their way.
     */
    public void tell(Market market) {
        MarketPrices known = byMarket.get(market.id());
        if (known != null && engine != null) {
            submit(known, known.sendNewest(clock.millis()));
        }
    }

    /** An order begins to need prices: the engine may have been told others meanwhile, ahead of orders of other members. */
    private void tellFirst(int marketId) {
        MarketPrices known = byMarket.get(marketId);
        if (known == null || !leads || known.isUpToDate()) {
            return;
        }
        known.forgetTaken();
        tellMove(known);
    }

    /** Sends the engine the newest prices if they have moved, and it needs them from here. */
    private void tellMove(MarketPrices known) {
        boolean wanted =
                leads && !watching.getOrDefault(known.market.id(), Set.of()).isEmpty();
        if (wanted && engine != null) {
            submit(known, known.sendMove(clock.millis()));
        }
    }

    /** @param prices null for none */
    private void submit(MarketPrices known, Prices prices) {
        if (prices == null) {
            return;
        }
        Command command =
                new Command.SetPrices(known.market.id(), prices.markTicks(), prices.indexTicks(), prices.millis());
        try {
            engine.submit(command, ENGINE_TIMEOUT).whenComplete((reply, failure) -> answered(known, reply, failure));
        } catch (EngineException busy) {
            answered(known, null, busy);
        }
    }

    private void answered(MarketPrices known, Reply reply, Throwable failure) {
        boolean recorded = reply instanceof Reply.Recorded;
        if (!recorded) {
            LOG.warn(
                    "the engine has not taken a price of {}: {}",
                    known.market.symbol(),
                    failure == null ? reply : failure.toString());
        }
        if (known.answered(recorded)) {
            tellMove(known);
        }
    }

    private static boolean isFresh(Prices prices, long nowMillis) {
        return nowMillis - prices.millis() <= PriceSource.FRESH_MILLIS;
    }

    private void take(MarkPriceEvent event) {
        Market market = markets.bySymbol(event.getMarket()).orElse(null);
        if (market == null) {
            LOG.warn("a price of a market that is not known here: '{}'", event.getMarket());
            return;
        }
        try {
            Prices prices = new Prices(
                    ticks(market, event.getMarkPrice()),
                    event.getIndexPrice().isEmpty() ? 0 : ticks(market, event.getIndexPrice()),
                    Timestamps.toMillis(event.getMarkTime()));
            if (isFresh(prices, clock.millis())) {
                MarketPrices known = byMarket.computeIfAbsent(market.id(), _ -> new MarketPrices(market));
                known.arrived(prices);
                tellMove(known);
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
        private volatile long sequence;

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
