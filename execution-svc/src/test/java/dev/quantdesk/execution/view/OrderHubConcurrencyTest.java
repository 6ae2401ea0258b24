package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers beside the engine's thread. The trading is seeded: run one again with {@code -Dview.seed=…}. */
@Timeout(30)
class OrderHubConcurrencyTest {
    private static final int STEPS = 1_500;
    private static final int FOLLOWERS_PER_ACCOUNT = 2;

    private final long seed = Long.getLong("view.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    @Test
    void shouldLetEveryFollowerRebuildTheSameOrdersWhileTheyChange() throws Exception {
        System.out.println("OrderHubConcurrencyTest seed: " + seed);
        RandomTrading trading = new RandomTrading(new Random(seed), script);
        CompletableFuture<Long> lastSequence = new CompletableFuture<>();
        CountDownLatch started = new CountDownLatch(FOLLOWERS_PER_ACCOUNT * RandomTrading.ACCOUNTS.size());
        try (ExecutorService followers = Executors.newCachedThreadPool()) {
            List<Future<Map<String, Order>>> results = new ArrayList<>();
            for (PublicKey account : RandomTrading.ACCOUNTS) {
                for (int i = 0; i < FOLLOWERS_PER_ACCOUNT; i++) {
                    results.add(followers.submit(follower(account, lastSequence, started)));
                }
            }
            assertTrue(started.await(5, TimeUnit.SECONDS));
            for (int i = 0; i < STEPS; i++) {
                trading.step();
            }
            lastSequence.complete(script.sequence());
            int seen = 0;
            for (Future<Map<String, Order>> result : results) {
                for (Order order : result.get(20, TimeUnit.SECONDS).values()) {
                    PublicKey account = PublicKey.parse(order.getAccount());
                    assertEquals(
                            hub.find(account, Long.parseLong(order.getOrderId()))
                                    .orElseThrow(),
                            order);
                    seen++;
                }
            }
            // Algo orders have ids of the same count, and are no orders.
            long orders = script.events().stream()
                    .filter(EngineEvent.OrderAccepted.class::isInstance)
                    .count();
            assertEquals(FOLLOWERS_PER_ACCOUNT * orders, seen, "seed " + seed);
        }
    }

    private Callable<Map<String, Order>> follower(
            PublicKey account, CompletableFuture<Long> lastSequence, CountDownLatch started) {
        return () -> {
            Map<String, Order> orders = new HashMap<>();
            long resumeFrom = 0;
            boolean complete = false;
            while (!complete) {
                try (var stream = hub.subscribe(account, resumeFrom)) {
                    started.countDown();
                    resumeFrom = Math.max(resumeFrom, follow(stream, orders, resumeFrom, lastSequence));
                    complete = true;
                } catch (SlowFollower slow) {
                    resumeFrom = slow.lastSequence;
                }
            }
            return orders;
        };
    }

    private static final class SlowFollower extends Exception {
        private static final long serialVersionUID = 1L;
        final long lastSequence;

        SlowFollower(long lastSequence) {
            this.lastSequence = lastSequence;
        }
    }

    /** Reads until trading is over and all is read. @return the last sequence read */
    private long follow(
            Subscription<OrderSnapshot, ChangedOrder> stream,
            Map<String, Order> orders,
            long from,
            CompletableFuture<Long> lastSequence)
            throws Exception {
        stream.snapshot().ifPresent(snapshot -> snapshot.getOrdersList().forEach(each -> put(orders, each)));
        long last = from;
        for (ChangedOrder missed : stream.missed()) {
            OrderUpdate update = missed.toProto();
            put(orders, update.getOrder());
            last = update.getSequence();
        }
        while (true) {
            boolean over = lastSequence.isDone();
            try {
                stream.checkComplete();
            } catch (ApiException slow) {
                assertEquals(Reason.SLOW_CONSUMER.name(), slow.reason());
                throw new SlowFollower(last);
            }
            ChangedOrder change = stream.queue().poll(5, TimeUnit.MILLISECONDS);
            if (change == null && over) {
                return last;
            }
            if (change != null) {
                OrderUpdate update = change.toProto();
                assertTrue(update.getSequence() >= last, "went back");
                last = update.getSequence();
                put(orders, update.getOrder());
            }
        }
    }

    private static void put(Map<String, Order> orders, Order order) {
        Order before = orders.put(order.getOrderId(), order);
        assertFalse(before != null && before.getSequence() > order.getSequence(), "an order went back");
    }

    @Test
    void shouldWaitForAnEventThatComesFromAnotherThread() throws Exception {
        try (ExecutorService waiting = Executors.newSingleThreadExecutor()) {
            Future<Boolean> arrived = waiting.submit(() -> hub.awaitSequence(2));
            script.place(Orders.by(Orders.ALICE).buy(1).at(90));
            script.place(Orders.by(Orders.ALICE).buy(1).at(91));
            assertTrue(arrived.get(5, TimeUnit.SECONDS));
        }
        assertTrue(hub.awaitSequence(1));
    }

    @Test
    void shouldSayWhenAnEventHasNotComeInTime() throws Exception {
        long start = System.nanoTime();
        assertFalse(hub.awaitSequence(1));
        assertTrue(System.nanoTime() - start >= OrderHub.AWAIT_MAX.toNanos());
    }
}
