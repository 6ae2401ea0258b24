package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.TradeOrdersSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that sends and does not read is held back, and then cut off; what it takes of the service is bounded. */
@Timeout(60)
class SlowTradingClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration STUCK = Duration.ofMillis(500);
    /** Far more than every queue and flow-control window on the way holds. */
    private static final int MOST = 500_000;

    @Test
    void shouldHoldBackAndThenCutOffAClientThatReadsNoAnswers() throws Exception {
        try (TradingFixture mesh = new TradingFixture(PATIENCE)) {
            TradingClient client = mesh.open();
            client.settings(TradeOrdersSettings.newBuilder().setCancelOnDisconnect(true));
            client.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("100"));
            client.answer();
            Order order = client.order();
            client.stopReading();
            long stuckSince = System.nanoTime();
            while (System.nanoTime() - stuckSince < STUCK.toNanos() && client.sent() < MOST) {
                if (client.isHeldBack()) {
                    TimeUnit.MICROSECONDS.sleep(100);
                } else {
                    client.heartbeat();
                    stuckSince = System.nanoTime();
                }
            }
            assertTrue(client.sent() < MOST, "the client was never held back");
            TradingFixture.await(
                    "the order ends with its stream",
                    () -> mesh.shown(order).getCancelReason() == CancelReason.CANCEL_REASON_DISCONNECTED);
            client.read();
            assertEquals("SLOW_CONSUMER", client.awaitEnd());
        }
    }

    @Test
    void shouldServeOthersWhileOneDoesNotRead() throws Exception {
        try (TradingFixture mesh = new TradingFixture(PATIENCE)) {
            TradingClient slow = mesh.open();
            slow.heartbeat();
            slow.answer();
            slow.stopReading();
            for (int i = 0; i < 2_000; i++) {
                slow.heartbeat();
            }
            TradingClient other = mesh.open(OrderForm.BOB);
            other.heartbeat();
            assertTrue(other.answer().hasHeartbeat());
        }
    }
}
