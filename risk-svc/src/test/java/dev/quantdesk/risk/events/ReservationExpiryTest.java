package dev.quantdesk.risk.events;

import static dev.quantdesk.risk.support.RunningRisk.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.Streams;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ReservationExpiryTest {
    private static final Duration LIFE = Duration.ofSeconds(10);

    @Test
    void shouldBeFreedOnlyOnceItsEventCanNoLongerBeMissing() throws Exception {
        try (Scenario scenario = Scenario.prepared().with("MARGIN_RESERVATION_LIFE", LIFE.toSeconds() + "s")) {
            Streams streams = scenario.streams();
            streams.mark("100");
            scenario.start().awaitTrusted();
            PublicKey trader = scenario.funded(1);
            scenario.risk().reserve(trader, order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "50"));
            long reservedNanos = System.nanoTime();
            scenario.backends()
                    .redis()
                    .xadd(
                            Streams.EXECUTION,
                            new redis.clients.jedis.StreamEntryID(2, 0),
                            java.util.Map.of("event", ""));
            Await.until("the gap is seen", () -> !scenario.risk().holds("events"));

            // Over its life, but the event that takes it up may be the missing one.
            Await.until(
                    "its life is over",
                    () -> System.nanoTime() - reservedNanos
                            > LIFE.plusSeconds(2).toNanos());
            assertEquals("500", scenario.risk().positions(trader).getMargin().getInitialMargin());

            scenario.backends().redis().del(Streams.EXECUTION);
            Await.untilEquals(
                    "0", () -> scenario.risk().positions(trader).getMargin().getInitialMargin());
        }
    }
}
