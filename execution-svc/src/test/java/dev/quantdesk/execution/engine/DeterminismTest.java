package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same commands and times give the same state: what recovery, followers and replicas rest on. */
@Timeout(30)
class DeterminismTest {
    private static final int COMMANDS = 3_000;

    private final long seed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final EngineLimits limits = Limits.with(Limits.CLOSED_ORDERS, 500);

    /** A command of the log, or a timer when {@code command} is null. */
    private record Entry(Command command, long timeMillis) {}

    private List<Entry> log() {
        RandomCommands random = new RandomCommands(seed);
        EngineFixture fixture = new EngineFixture(limits);
        List<Entry> log = new ArrayList<>();
        long lastTradeId = 0;
        for (int i = 0; i < COMMANDS; i++) {
            fixture.nowMillis += random.random().nextInt(30);
            int before = fixture.events.size();
            boolean timer = random.random().nextInt(50) == 0;
            Command command = timer ? null : random.any(i, lastTradeId, fixture.nowMillis);
            log.add(new Entry(command, fixture.nowMillis));
            apply(fixture.engine, log.getLast(), fixture.events);
            for (EngineEvent event : fixture.events.subList(before, fixture.events.size())) {
                random.seen(event);
                lastTradeId = event instanceof EngineEvent.Trade trade ? trade.tradeId() : lastTradeId;
            }
        }
        return log;
    }

    private static void apply(OrderEngine engine, Entry entry, List<EngineEvent> events) {
        if (entry.command() == null) {
            engine.onTimer(entry.timeMillis(), events::add);
        } else {
            engine.apply(entry.command(), entry.timeMillis(), events::add);
        }
    }

    /** Commands go through the codec, as they do in the journal. */
    private static Entry reread(Entry entry) {
        if (entry.command() == null) {
            return entry;
        }
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        int length = CommandCodec.encode(entry.command(), buffer, 3);
        return new Entry(CommandCodec.decodeCommand(buffer, 3, length), entry.timeMillis());
    }

    @Test
    void shouldComeToTheSameStateWhenReplayedFromAnyCut() {
        List<Entry> log = log();
        OrderEngine original = new OrderEngine(EngineFixture.MARKETS, limits);
        List<EngineEvent> events = new ArrayList<>();
        List<Long> hashes = new ArrayList<>();
        for (Entry entry : log) {
            apply(original, entry, events);
            hashes.add(hashes.size() % 100 == 0 ? original.stateHash() : 0);
        }
        Random cuts = new Random(seed);
        for (int round = 0; round < 6; round++) {
            int cut = cuts.nextInt(COMMANDS / 100) * 100;
            OrderEngine replay = new OrderEngine(EngineFixture.MARKETS, limits);
            List<EngineEvent> replayed = new ArrayList<>();
            for (int i = 0; i <= cut; i++) {
                apply(replay, reread(log.get(i)), replayed);
            }
            assertEquals(hashes.get(cut), replay.stateHash(), "fails with -Dengine.seed=" + seed);
            for (int i = cut + 1; i < COMMANDS; i++) {
                apply(replay, reread(log.get(i)), replayed);
            }
            assertEquals(original.stateHash(), replay.stateHash(), "fails with -Dengine.seed=" + seed);
            assertEquals(events, replayed, "fails with -Dengine.seed=" + seed);
        }
    }

    @Test
    void shouldHaveAnotherHashAfterEveryChange() {
        OrderEngine engine = new OrderEngine(EngineFixture.MARKETS, limits);
        Set<Long> hashes = new HashSet<>();
        long changes = 0;
        for (Entry entry : log().subList(0, 1_000)) {
            long before = engine.sequence();
            apply(engine, entry, new ArrayList<>());
            if (engine.sequence() != before) {
                changes++;
                hashes.add(engine.stateHash());
            }
        }
        assertNotEquals(0, changes);
        assertEquals(changes, hashes.size(), "fails with -Dengine.seed=" + seed);
    }
}
