package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.execution.snapshot.SnapshotException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An engine that was loaded from a snapshot is the engine that was saved: the same state, and the same replies and events to
 * whatever follows. Run one seed again with {@code -Dengine.seed=…}.
 */
@Timeout(60)
class SnapshotTest {
    private static final int SEEDS = 40;
    private static final int COMMANDS = 1_500;
    private static final int COMMANDS_PER_CUT = 60;

    private final long firstSeed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final int seeds = System.getProperty("engine.seed") == null ? SEEDS : 1;

    private static OrderEngine reloaded(OrderEngine engine, EngineLimits limits) {
        OrderEngine loaded = new OrderEngine(EngineFixture.MARKETS, limits);
        Chunks.of(engine::save).read(loaded::load);
        assertEquals(engine.stateHash(), loaded.stateHash());
        assertEquals(engine.sequence(), loaded.sequence());
        assertEquals(engine.nextExpiryMillis(), loaded.nextExpiryMillis());
        return loaded;
    }

    /** The second engine is saved and loaded again and again. */
    private static int compare(long seed, EngineLimits limits) {
        RandomCommands commands = new RandomCommands(seed);
        Random random = commands.random();
        OrderEngine original = new OrderEngine(EngineFixture.MARKETS, limits);
        OrderEngine copy = new OrderEngine(EngineFixture.MARKETS, limits);
        List<EngineEvent> events = new ArrayList<>();
        List<EngineEvent> copied = new ArrayList<>();
        long nowMillis = Orders.START_MILLIS;
        long orders = 0;
        long trades = 0;
        for (int i = 0; i < COMMANDS; i++) {
            nowMillis += random.nextInt(40);
            if (random.nextInt(50) == 0) {
                original.onTimer(nowMillis, events::add);
                copy.onTimer(nowMillis, copied::add);
            } else {
                Command command = commands.any(orders, trades, nowMillis);
                assertEquals(
                        original.apply(command, nowMillis, events::add), copy.apply(command, nowMillis, copied::add));
            }
            assertEquals(events, copied);
            for (EngineEvent event : events) {
                orders += event instanceof EngineEvent.OrderAccepted ? 1 : 0;
                trades += event instanceof EngineEvent.Trade ? 1 : 0;
            }
            events.clear();
            copied.clear();
            if (random.nextInt(COMMANDS_PER_CUT) == 0) {
                copy = reloaded(copy, limits);
            }
        }
        assertEquals(original.stateHash(), copy.stateHash());
        return (int) trades;
    }

    @Test
    void shouldGoOnAsTheEngineThatWasSavedWhereverItIsCut() {
        int trades = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                trades += compare(seed, seed % 2 == 0 ? EngineLimits.DEFAULTS : Limits.with(Limits.CLOSED_ORDERS, 100));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(trades > seeds * 50, "too few trades to tell");
    }

    @Test
    void shouldLoadAnEngineThatHasSeenNothing() {
        reloaded(new OrderEngine(EngineFixture.MARKETS, EngineLimits.DEFAULTS), EngineLimits.DEFAULTS);
    }

    @Test
    void shouldRefuseASnapshotOfAnEngineWithOtherLimitsOrMarkets() {
        Chunks chunks = Chunks.of(new EngineFixture().engine::save);
        OrderEngine other = new OrderEngine(EngineFixture.MARKETS, Limits.with(Limits.CLOSED_ORDERS, 7));
        OrderEngine fewer = new OrderEngine(EngineFixture.MARKETS.subList(0, 1), EngineLimits.DEFAULTS);
        for (OrderEngine engine : List.of(other, fewer)) {
            SnapshotException refused = assertThrows(SnapshotException.class, () -> chunks.read(engine::load));
            assertTrue(refused.getMessage().contains("other markets or limits"), refused.getMessage());
        }
    }

    @Test
    void shouldRefuseASnapshotThatIsCutShort() {
        EngineFixture fixture = new EngineFixture();
        for (int i = 0; i < 20; i++) {
            fixture.place(Orders.by(Orders.account(i)).buy(1).at(100 - i));
        }
        Chunks whole = Chunks.of(fixture.engine::save);
        for (int chunks = 0; chunks < whole.list.size(); chunks++) {
            Chunks cut = new Chunks();
            cut.list.addAll(whole.list.subList(0, chunks));
            OrderEngine engine = new OrderEngine(EngineFixture.MARKETS, EngineLimits.DEFAULTS);
            assertThrows(SnapshotException.class, () -> cut.read(engine::load));
        }
    }
}
