package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.OrderEngine;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A worker on a real engine kept in memory, a scripted chain and a clock that the test moves. A crash loses the worker
 * and nothing else: the next one is given the engine's events again.
 */
final class SettlementScenario {
    static final long SLOT_MILLIS = 400;
    private static final long STEP_MILLIS = 50;
    private static final int EXPIRY_DAYS = 20;

    final ScriptedChain chain = new ScriptedChain();
    final List<EngineEvent> journal = new ArrayList<>();
    final Telemetry telemetry;
    PrometheusRegistry metrics = new PrometheusRegistry();
    SettlementWorker worker;

    /** The log takes no command: nothing is recorded. */
    boolean logDown;

    /** The log records commands, but the answers are lost. */
    boolean logAnswersLost;

    private final SettlementConfig config;
    private final OrderEngine engine =
            new OrderEngine(List.of(new MarketRules(Traders.MARKET, 1, 1 << 20, 1 << 20)), EngineLimits.DEFAULTS);
    private long nowMillis = 1_800_000_000_000L;
    private long slotCarryMillis;
    private long nonce;
    private boolean live = true;
    private boolean restartingFromSnapshots;

    SettlementScenario() {
        this(SettlementConfig.defaults(""), Telemetry.none());
    }

    SettlementScenario(SettlementConfig config, Telemetry telemetry) {
        this.config = config;
        this.telemetry = telemetry;
        startWorker();
    }

    private final class InMemoryLog implements SettlementLog {
        private final boolean[] dead;

        InMemoryLog(boolean[] dead) {
            this.dead = dead;
        }

        @Override
        public CompletableFuture<Reply> submit(Command command) {
            if (logDown || dead[0]) {
                return CompletableFuture.failedFuture(new IllegalStateException("the log does not answer"));
            }
            Reply reply = apply(command);
            return logAnswersLost
                    ? CompletableFuture.failedFuture(new IllegalStateException("the answer is lost"))
                    : CompletableFuture.completedFuture(reply);
        }

        @Override
        public boolean isLive() {
            return live;
        }
    }

    private boolean[] dead = {false};

    private void startWorker() {
        dead[0] = true;
        dead = new boolean[] {false};
        metrics = new PrometheusRegistry();
        worker = new SettlementWorker(
                config, new InMemoryLog(dead), chain, Traders.payer(), telemetry, metrics, () -> nowMillis);
    }

    /** From now on a restarted worker begins from a snapshot instead of with the first event. */
    SettlementScenario restartingFromSnapshots() {
        restartingFromSnapshots = true;
        return this;
    }

    /** Kills the worker and starts another, which is given every event again, or a snapshot of what it had made of them. */
    void crashAndRestart() {
        Chunks snapshot = Chunks.of(worker::save);
        startWorker();
        live = false;
        if (restartingFromSnapshots) {
            snapshot.read(worker::load);
        } else {
            journal.forEach(event -> worker.onEvent(event, true));
        }
        live = true;
    }

    /** Two new orders that trade with each other, each under a signed intent of its own. */
    long trade(int maker, int taker) {
        return trade(maker, taker, TraceParent.NONE, TraceParent.NONE);
    }

    long trade(int maker, int taker, TraceParent makerTrace, TraceParent takerTrace) {
        place(maker, Side.BUY, TimeInForce.GTC, makerTrace, 1);
        place(taker, Side.SELL, TimeInForce.IOC, takerTrace, 1);
        return lastTrade();
    }

    /** Places an order at the one price these tests use. */
    void place(int trader, Side side, TimeInForce timeInForce, TraceParent trace, long lots) {
        long id = ++nonce;
        long expirySeconds = nowMillis / 1_000 + EXPIRY_DAYS * 86_400L;
        Reply reply = apply(new Command.PlaceOrder(
                Traders.trader(trader).publicKey(),
                "order-" + id,
                Traders.MARKET,
                side,
                OrderType.LIMIT,
                timeInForce,
                PostOnly.NO,
                false,
                SelfTradePrevention.EXPIRE_TAKER,
                650,
                lots,
                0,
                Trigger.NONE,
                Peg.NONE,
                Traders.intent(trader, id, side, 650, lots, expirySeconds),
                Command.NO_RESERVATION,
                trace));
        assertInstanceOf(Reply.Accepted.class, reply);
    }

    private Reply apply(Command command) {
        return engine.apply(command, nowMillis, event -> {
            journal.add(event);
            worker.onEvent(event, false);
        });
    }

    private long lastTrade() {
        return journal.stream()
                .filter(EngineEvent.Trade.class::isInstance)
                .mapToLong(event -> ((EngineEvent.Trade) event).tradeId())
                .max()
                .orElseThrow();
    }

    /** Lets time pass, with the chain's slots and the worker's rounds in it. */
    void pass(long millis) {
        for (long passed = 0; passed < millis; passed += STEP_MILLIS) {
            nowMillis += STEP_MILLIS;
            slotCarryMillis += STEP_MILLIS;
            chain.slot += slotCarryMillis / SLOT_MILLIS;
            slotCarryMillis %= SLOT_MILLIS;
            assertTrue(worker.runOnce() >= 1);
        }
    }

    /** Lets time pass until something holds. */
    void passUntil(String what, BooleanSupplier holds, long millisMax) {
        for (long passed = 0; !holds.getAsBoolean(); passed += STEP_MILLIS) {
            assertTrue(passed < millisMax, () -> "not within " + millisMax + " ms: " + what);
            pass(STEP_MILLIS);
        }
    }

    /** Lets time pass until every trade is settled, and the worker has seen it in its next round. */
    void passUntilSettled(long millisMax) {
        passUntil("all trades settled", () -> unsettled() == 0, millisMax);
        pass(STEP_MILLIS);
    }

    /** Trades the engine waits for. */
    long unsettled() {
        long trades = events(EngineEvent.Trade.class).size();
        long confirmed = events(EngineEvent.SettlementConfirmed.class).stream()
                .mapToLong(event -> event.tradeIds().length)
                .sum();
        return trades - confirmed;
    }

    <E extends EngineEvent> List<E> events(Class<E> type) {
        return journal.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** How many transactions that succeeded on chain hold the trade, by the submissions recorded before. */
    long timesSettled(long tradeId) {
        Set<String> holding = new HashSet<>();
        for (EngineEvent.SettlementSubmitted event : events(EngineEvent.SettlementSubmitted.class)) {
            if (Arrays.stream(event.tradeIds()).anyMatch(id -> id == tradeId)) {
                holding.add(Base58.encode(event.signature()));
            }
        }
        return chain.landed.stream()
                .filter(memo -> holding.contains(memo.signature()))
                .count();
    }

    /** No trade is lost, none is settled twice, and nothing is kept of what is settled. */
    void assertEachSettledOnce() {
        for (EngineEvent.Trade trade : events(EngineEvent.Trade.class)) {
            assertEquals(1, timesSettled(trade.tradeId()), () -> "settlements of trade " + trade.tradeId());
        }
        assertEquals(0, unsettled());
        assertEquals(0, worker.pendingTrades());
        assertEquals(0, worker.batchesInFlight());
    }
}
