package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StartAlertTest {
    private static final Duration LONG_PARK = Duration.ofMinutes(1);
    /** Many more than are yields before a park: the group has to be woken again and again. */
    private static final int IDLES = 500;

    @Test
    void shouldKeepASleeperAwakeWhenANodeStarts() throws InterruptedException {
        WakeGroup group = new WakeGroup();
        IdleStrategy strategy = group.join(LONG_PARK);
        CountDownLatch awake = new CountDownLatch(IDLES);
        Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < IDLES; i++) {
                strategy.idle(0);
                awake.countDown();
            }
        });
        try (StartAlert alert = StartAlert.begin(group, () -> false)) {
            assertTrue(awake.await(10, TimeUnit.SECONDS), () -> awake.getCount() + " left with " + alert);
        }
    }

    @Test
    void shouldEndWhenTheNodeIsLive() throws Exception {
        AtomicBoolean live = new AtomicBoolean();
        assertEnds(live::get, _ -> live.set(true));
    }

    @Test
    void shouldEndWhenTheStartIsGivenUp() throws Exception {
        assertEnds(() -> false, StartAlert::close);
    }

    private interface End {
        void of(StartAlert alert);
    }

    private static void assertEnds(BooleanSupplier live, End end) throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        StartAlert alert = StartAlert.begin(new WakeGroup(), () -> {
            thread.complete(Thread.currentThread());
            return live.getAsBoolean();
        });
        Thread running = thread.get(10, TimeUnit.SECONDS);
        end.of(alert);
        assertTrue(running.join(Duration.ofSeconds(10)), "the alert goes on");
    }
}
