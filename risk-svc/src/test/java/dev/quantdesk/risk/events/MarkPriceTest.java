package dev.quantdesk.risk.events;

import static dev.quantdesk.risk.support.RunningRisk.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Details;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.Streams;
import dev.quantdesk.risk.support.TestMarkets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MarkPriceTest {
    private static final Market MARKET = TestMarkets.TEN_PERCENT;

    @Test
    void shouldKeepTheLatestWhateverTheOrder() {
        MarkBoard board = new MarkBoard(Duration.ofSeconds(10));
        board.put(MARKET, 100, 5_000, 6_000);
        board.put(MARKET, 90, 4_000, 6_000);

        assertEquals(100, board.at(6_000).ticks(MARKET));
    }

    @Test
    void shouldAge() {
        MarkBoard board = new MarkBoard(Duration.ofSeconds(10));
        board.put(MARKET, 100, 5_000, 5_000);

        assertEquals(100, board.at(15_000).ticks(MARKET));
        assertThrows(Marks.StaleMarkException.class, () -> board.at(15_001).ticks(MARKET));
        assertEquals(100, board.at(99_000).ofAnyAge().ticks(MARKET));
    }

    @Test
    void shouldAgeAlsoWhenTakenAheadOfTime() {
        MarkBoard board = new MarkBoard(Duration.ofSeconds(10));
        board.put(MARKET, 100, 1_000_000, 5_000);

        assertThrows(Marks.StaleMarkException.class, () -> board.at(15_001).ticks(MARKET));
    }

    @Test
    void shouldHaveTheMarksAtOnceAfterARestart() throws Exception {
        try (Scenario scenario = Scenario.running()) {
            PublicKey trader = scenario.funded(1);
            scenario.stop();
            scenario.streams().mark("200");
            scenario.start();
            scenario.risk().awaitTrusted();

            // 10 % of 200 for each, and no loss at once: the mark is the one that came in between.
            Await.untilEquals(
                    "20",
                    () -> scenario.risk()
                            .reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "200", "1"))
                            .getOrderMargin());
        }
    }

    @Test
    void shouldRefuseOnceTheMarkIsTooOld() throws Exception {
        try (Scenario scenario = Scenario.prepared()) {
            scenario.streams().mark("SOL-PERP", "100", Instant.now().minusSeconds(11));
            scenario.start().awaitTrusted();
            PublicKey trader = scenario.funded(1);

            var refusal = scenario.risk().refusal(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1"));

            assertEquals("MARK_PRICE_STALE", refusal.reason());
            assertEquals("10", Details.metadata(refusal).get("bound"));
        }
    }

    @Test
    void shouldPassOverMarksThatAreNone() throws Exception {
        try (Scenario scenario = Scenario.running()) {
            PublicKey trader = scenario.funded(1);
            Streams streams = scenario.streams();
            streams.mark("DOGE-PERP", "1", Instant.now());
            streams.mark("SOL-PERP", "none", Instant.now());
            streams.mark("SOL-PERP", "0.0001", Instant.now());
            streams.mark("SOL-PERP", "-5", Instant.now());
            streams.mark("SOL-PERP", "100000.001", Instant.now());
            streams.mark("SOL-PERP", "50", Instant.now());

            Await.untilEquals(
                    "5",
                    () -> scenario.risk()
                            .reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_SELL, "50", "1"))
                            .getOrderMargin());
        }
    }

    @Test
    void shouldFollowAStreamThatBeginsAnew() throws Exception {
        try (Scenario scenario = Scenario.running()) {
            PublicKey trader = scenario.funded(1);
            for (int mark = 0; mark < 5; mark++) {
                scenario.streams().mark("100");
            }
            scenario.backends().redis().del(Streams.MARKS);
            scenario.streams().mark("150");

            Await.untilEquals(
                    "15",
                    () -> scenario.risk()
                            .reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "150", "1"))
                            .getOrderMargin());
        }
    }
}
