package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hub that was loaded from a snapshot, or that has replayed a log, shows what one shows that has seen everything happen. */
@Timeout(60)
class OrderHubSnapshotTest {
    private static final int STEPS = 2_000;

    private final long seed = Long.getLong("hub.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final Random random = new Random(seed);
    private final OrderHub seen = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(seen);
    private final RandomTrading trading = new RandomTrading(random, script);

    private void trade(int steps) {
        for (int i = 0; i < steps; i++) {
            trading.step();
        }
    }

    private static OrderHub reloaded(OrderHub hub) {
        OrderHub loaded = new OrderHub(EngineScript.MARKETS);
        Chunks.of(hub::save).read(loaded::load);
        return loaded;
    }

    private void assertSameOrders(OrderHub hub) {
        String message = "fails with -Dhub.seed=" + seed;
        for (EngineEvent event : script.events()) {
            if (event instanceof EngineEvent.OrderAccepted accepted) {
                OrderRef ref = accepted.ref();
                PublicKey account = ref.account();
                assertEquals(seen.find(account, ref.orderId()), hub.find(account, ref.orderId()), message);
                assertEquals(seen.find(account, ref.clientOrderId()), hub.find(account, ref.clientOrderId()), message);
                assertEquals(seen.live(account, ref.orderId()), hub.live(account, ref.orderId()), message);
            }
        }
        for (PublicKey account : RandomTrading.ACCOUNTS) {
            try (var expected = seen.subscribe(account, 0);
                    var actual = hub.subscribe(account, 0)) {
                assertEquals(expected.snapshot(), actual.snapshot(), message);
            }
        }
    }

    private static List<OrderUpdate> missed(OrderHub hub, PublicKey account, long from) {
        try (var stream = hub.subscribe(account, from)) {
            return stream.missed().stream().map(ChangedOrder::toProto).toList();
        }
    }

    @Test
    void shouldShowTheSameOrdersAndChangesAfterASnapshotAtAnyCut() {
        OrderHub copy = new OrderHub(EngineScript.MARKETS);
        int copied = 0;
        long snapshotSequence = 0;
        for (int round = 0; round < 10; round++) {
            trade(1 + random.nextInt(STEPS / 5));
            List<EngineEvent> events = script.events();
            for (EngineEvent event : List.copyOf(events.subList(copied, events.size()))) {
                copy.onEvent(event, false);
            }
            copied = events.size();
            assertSameOrders(copy);
            if (script.sequence() > snapshotSequence) {
                for (PublicKey account : RandomTrading.ACCOUNTS) {
                    assertEquals(
                            missed(seen, account, snapshotSequence + 1), missed(copy, account, snapshotSequence + 1));
                }
            }
            copy = reloaded(copy);
            assertSameOrders(copy);
            snapshotSequence = script.sequence();
        }
    }

    @Test
    void shouldSayThatAStreamFromBeforeTheSnapshotCannotBeResumed() {
        trade(STEPS);
        OrderHub loaded = reloaded(seen);
        long last = script.sequence();
        Refusal.expect(Reason.RESUME_EXPIRED, () -> loaded.subscribe(RandomTrading.ACCOUNTS.getFirst(), last));
        List<EngineEvent> events = script.events();
        int before = events.size();
        trade(STEPS / 4);
        events.subList(before, events.size()).forEach(event -> loaded.onEvent(event, false));
        assertEquals(
                missed(seen, RandomTrading.ACCOUNTS.getFirst(), last + 1),
                missed(loaded, RandomTrading.ACCOUNTS.getFirst(), last + 1));
    }

    @Test
    void shouldHaveTheLatestChangesOfALogThatWasReplayed() {
        trade(3 * OrderHub.UPDATES_MAX);
        OrderHub replayed = new OrderHub(EngineScript.MARKETS);
        script.events().forEach(event -> replayed.onEvent(event, true));
        assertSameOrders(replayed);
        PublicKey account = RandomTrading.ACCOUNTS.getFirst();
        long from = script.sequence() - 1_000;
        List<OrderUpdate> updates = missed(replayed, account, from);
        assertTrue(updates.size() > 50);
        assertEquals(missed(seen, account, from), updates);
        Refusal.expect(Reason.RESUME_EXPIRED, () -> replayed.subscribe(account, 1));
    }

    @Test
    void shouldForgetEverythingWhenItIsCleared() {
        trade(STEPS);
        List<EngineEvent> events = new ArrayList<>(script.events());
        OrderHub again = reloaded(seen);
        again.clear();
        events.forEach(event -> again.onEvent(event, false));
        assertSameOrders(again);
    }
}
