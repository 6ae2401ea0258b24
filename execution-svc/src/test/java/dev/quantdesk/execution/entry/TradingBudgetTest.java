package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TradingBudgetTest {
    private static final PublicKey ACCOUNT = OrderForm.ALICE.publicKey();
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<Integer> asked = new ArrayList<>();
    private long nanos;
    private int limit = 6_000;
    private int left = limit;

    private final TradingBudget budget = new TradingBudget(
            (orders, _, _) -> grant(orders), Duration.ofSeconds(2), Clock.fixed(NOW, ZoneOffset.UTC), () -> nanos);

    private TakeOrdersResponse grant(int orders) {
        asked.add(orders);
        if (left == 0 && orders > 0) {
            throw ApiException.refuse(Reason.RATE_LIMITED, "no more").build();
        }
        int taken = Math.min(orders, left);
        left -= taken;
        return TakeOrdersResponse.newBuilder()
                .setTakenOrders(taken)
                .setRemainingOrders(left)
                .setLimit(limit)
                .setWindow(Durations.fromMillis(MINUTE.toMillis()))
                .build();
    }

    private void take(int orders) throws InterruptedException {
        for (int i = 0; i < orders; i++) {
            budget.take(ACCOUNT, "token");
        }
    }

    @Test
    void shouldAskForFewWhenTheLimitIsLarge() throws Exception {
        take(1_000);
        assertTrue(asked.size() < 10, asked.toString());
        assertTrue(asked.stream().allMatch(orders -> orders <= TradingBudget.AHEAD_MAX), asked.toString());
        assertEquals(5_000, budget.left(ACCOUNT).getRemainingOrders());
    }

    @Test
    void shouldAskForEachWhenTheLimitIsSmall() throws Exception {
        limit = 10;
        left = 10;
        take(10);
        assertEquals(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), asked);
        Refusal.expect(Reason.RATE_LIMITED, () -> take(1));
        assertEquals(0, budget.left(ACCOUNT).getRemainingOrders());
        assertEquals(
                NOW.plus(MINUTE).toEpochMilli(),
                Timestamps.toMillis(budget.left(ACCOUNT).getRefillTime()));
    }

    @Test
    void shouldNotAskAgainBeforeAnOrderCanHaveComeBack() throws Exception {
        limit = 10;
        left = 1;
        take(1);
        assertThrows(ApiException.class, () -> take(1));
        int calls = asked.size();
        nanos += TimeUnit.SECONDS.toNanos(5);
        assertThrows(ApiException.class, () -> take(1));
        assertEquals(calls, asked.size());
        nanos += TimeUnit.SECONDS.toNanos(1);
        left = 1;
        take(1);
        assertEquals(calls + 1, asked.size());
    }

    @Test
    void shouldLetWhatWasTakenAheadLapse() throws Exception {
        take(2);
        int calls = asked.size();
        nanos += TradingBudget.LEASE.toNanos();
        take(1);
        assertEquals(calls + 1, asked.size());
    }

    @Test
    void shouldHandOnWhyTheLimitCantBeAsked() {
        TradingBudget away = new TradingBudget(
                (_, _, _) -> {
                    throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "away")
                            .build();
                },
                Duration.ofSeconds(2),
                Clock.systemUTC(),
                () -> nanos);
        Refusal.expect(Reason.UPSTREAM_UNAVAILABLE, () -> away.take(ACCOUNT, "token"));
    }

    @Test
    void shouldKnowTheLimitBeforeTheFirstOrderAndAskOnce() throws Exception {
        assertEquals(0, budget.left(ACCOUNT).getLimit());
        budget.learn(ACCOUNT, "token");
        budget.learn(ACCOUNT, "token");
        assertEquals(List.of(0), asked);
        assertEquals(6_000, budget.left(ACCOUNT).getLimit());
        assertEquals(6_000, budget.left(ACCOUNT).getRemainingOrders());
    }

    @Test
    void shouldAskOnceASecondWhileAuthSvcIsAway() throws Exception {
        List<Integer> calls = new ArrayList<>();
        TradingBudget away = new TradingBudget(
                (orders, _, _) -> {
                    calls.add(orders);
                    nanos += TimeUnit.SECONDS.toNanos(2);
                    throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "away")
                            .build();
                },
                Duration.ofSeconds(2),
                Clock.systemUTC(),
                () -> nanos);
        for (int i = 0; i < 3; i++) {
            Refusal.expect(Reason.UPSTREAM_UNAVAILABLE, () -> away.take(ACCOUNT, "token"));
        }
        assertEquals(1, calls.size());
        nanos += TradingBudget.ASK_AGAIN.toNanos();
        Refusal.expect(Reason.UPSTREAM_UNAVAILABLE, () -> away.take(ACCOUNT, "token"));
        assertEquals(2, calls.size());
    }

    @Test
    void shouldShowWhatIsLeftWhileAuthSvcIsAsked() throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        TradingBudget slow = new TradingBudget(
                (orders, _, _) -> {
                    if (orders > 0) {
                        asking.countDown();
                        answer.await();
                    }
                    return grant(orders);
                },
                Duration.ofSeconds(2),
                Clock.systemUTC(),
                () -> nanos);
        slow.learn(ACCOUNT, "token");
        Thread taking = Thread.ofVirtual().start(() -> {
            try {
                slow.take(ACCOUNT, "token");
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        asking.await();
        assertEquals(6_000, slow.left(ACCOUNT).getRemainingOrders());
        answer.countDown();
        taking.join();
    }
}
