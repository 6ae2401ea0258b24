package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementWorkerThreadTest {
    private final CountDownLatch submitted = new CountDownLatch(1);
    private final AtomicBoolean live = new AtomicBoolean();

    private final SettlementLog log = new SettlementLog() {
        @Override
        public CompletableFuture<Reply> submit(Command command) {
            submitted.countDown();
            return CompletableFuture.completedFuture(new Reply.Recorded(1, 1));
        }

        @Override
        public boolean isLive() {
            return live.get();
        }
    };

    @Test
    void shouldWaitForTheLogToBeLiveAndThenSettleByItself() throws InterruptedException {
        try (SettlementWorker worker = new SettlementWorker(
                SettlementConfig.defaults(""),
                log,
                new ScriptedChain(),
                Traders.payer(),
                Telemetry.none(),
                new PrometheusRegistry())) {
            worker.onEvent(accepted(1, 1, 0), true);
            worker.onEvent(accepted(2, 2, 1), true);
            worker.onEvent(trade(), true);
            worker.start();
            assertFalse(submitted.await(200, TimeUnit.MILLISECONDS), "settled while the log was still read");

            live.set(true);

            assertTrue(submitted.await(10, TimeUnit.SECONDS));
        }
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().equals("settlement")));
    }

    private static EngineEvent accepted(long sequence, long orderId, int trader) {
        Side side = trader == 0 ? Side.BUY : Side.SELL;
        Command.PlaceOrder order = new Command.PlaceOrder(
                Traders.trader(trader).publicKey(),
                "order",
                Traders.MARKET,
                side,
                OrderType.LIMIT,
                TimeInForce.GTC,
                PostOnly.NO,
                false,
                SelfTradePrevention.EXPIRE_TAKER,
                650,
                1,
                0,
                Trigger.NONE,
                Peg.NONE,
                Traders.intent(trader, 1, side, 650, 1, 2_000_000_000),
                Command.NO_RESERVATION,
                TraceParent.NONE);
        return new EngineEvent.OrderAccepted(sequence, 1, ref(orderId, trader), order, order.priceTicks());
    }

    private static EngineEvent trade() {
        return new EngineEvent.Trade(3, 1, Traders.MARKET, 1, Side.SELL, 650, 1, ref(1, 0), 0, ref(2, 1), 0);
    }

    private static OrderRef ref(long orderId, int trader) {
        return new OrderRef(
                orderId, Traders.trader(trader).publicKey(), "order", Command.NO_RESERVATION, TraceParent.NONE);
    }
}
