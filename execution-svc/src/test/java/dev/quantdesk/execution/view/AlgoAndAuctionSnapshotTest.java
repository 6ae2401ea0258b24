package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.kit.market.Market;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was loaded from a snapshot, and has seen what came after it, shows what has seen everything happen. */
@Timeout(60)
class AlgoAndAuctionSnapshotTest {
    private static final int ROUNDS = 150;
    private static final int STEPS_MAX = 30;

    private final long seed = Long.getLong("hub.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final Random random = new Random(seed);
    private final EngineScript script = new EngineScript(new OrderHub(EngineScript.MARKETS));
    private final RandomTrading trading = new RandomTrading(random, script);
    private int told;

    private List<EngineEvent> news() {
        for (int i = random.nextInt(STEPS_MAX); i >= 0; i--) {
            trading.step();
        }
        List<EngineEvent> all = script.events();
        List<EngineEvent> news = List.copyOf(all.subList(told, all.size()));
        told = all.size();
        return news;
    }

    @Test
    void shouldShowTheSameAlgoOrdersAfterASnapshotAtAnyCut() {
        AlgoHub seen = new AlgoHub(EngineScript.MARKETS);
        AlgoHub loaded = new AlgoHub(EngineScript.MARKETS);
        int compared = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (EngineEvent event : news()) {
                seen.onEvent(event, false);
                loaded.onEvent(event, false);
            }
            AlgoHub before = loaded;
            loaded = new AlgoHub(EngineScript.MARKETS);
            Chunks.of(before::save).read(loaded::load);
            for (EngineEvent event : script.events()) {
                if (event instanceof EngineEvent.AlgoAccepted accepted) {
                    OrderRef ref = accepted.ref();
                    assertEquals(
                            seen.find(ref.account(), ref.orderId()), loaded.find(ref.account(), ref.orderId()), says());
                    assertEquals(
                            seen.find(ref.account(), ref.clientOrderId()),
                            loaded.find(ref.account(), ref.clientOrderId()),
                            says());
                    compared++;
                }
            }
        }
        assertTrue(compared > 0, says());
    }

    @Test
    void shouldShowTheSameAuctionsAfterASnapshotAtAnyCut() {
        AuctionHub seen = new AuctionHub(EngineScript.MARKETS);
        AuctionHub loaded = new AuctionHub(EngineScript.MARKETS);
        int running = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (EngineEvent event : news()) {
                seen.onEvent(event, false);
                loaded.onEvent(event, false);
            }
            AuctionHub before = loaded;
            loaded = new AuctionHub(EngineScript.MARKETS);
            Chunks.of(before::save).read(loaded::load);
            for (Market market : EngineScript.MARKETS.all()) {
                try (var expected = seen.subscribe(market.symbol(), 0);
                        var actual = loaded.subscribe(market.symbol(), 0)) {
                    assertEquals(expected.snapshot(), actual.snapshot(), says());
                    running += expected.snapshot().orElseThrow().getAuctionsCount();
                }
            }
        }
        assertTrue(running > 0, says());
    }

    private String says() {
        return "fails with -Dhub.seed=" + seed;
    }
}
