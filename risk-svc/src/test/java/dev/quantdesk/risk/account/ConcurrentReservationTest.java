package dev.quantdesk.risk.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Side;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConcurrentReservationTest {
    private static final Marks MARKS = TestMarkets.marks(100);
    private static final OrderDraft ALL = new OrderDraft(TestMarkets.TEN_PERCENT, Side.BUY, 100, 100, false);

    @Test
    void shouldLetExactlyOneOfTwoTakeTheLastMargin() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 2_000; round++) {
                Accounts accounts = new Accounts();
                PublicKey trader = TestMarkets.account(round);
                accounts.change(trader, account -> account.collateral(1_000, 1));
                CyclicBarrier start = new CyclicBarrier(2);
                Callable<Decision> reserve = () -> {
                    start.await();
                    return accounts.reserve(trader, UUID.randomUUID(), ALL, MARKS, 0);
                };
                List<Future<Decision>> outcomes = threads.invokeAll(List.of(reserve, reserve));
                long granted = 0;
                for (Future<Decision> outcome : outcomes) {
                    granted += outcome.get() instanceof Decision.Granted ? 1 : 0;
                }
                assertEquals(1, granted);
                assertEquals(1, accounts.heldReservations());
            }
        }
    }

    @Test
    void shouldReserveOnceWhenTheSameCallArrivesOnManyThreads() throws Exception {
        Accounts accounts = new Accounts();
        PublicKey trader = TestMarkets.account(1);
        accounts.change(trader, account -> account.collateral(10_000, 1));
        UUID id = UUID.randomUUID();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Decision>> calls = IntStream.range(0, 200)
                    .mapToObj(_ -> (Callable<Decision>) () -> accounts.reserve(trader, id, ALL, MARKS, 0))
                    .toList();
            for (Future<Decision> call : threads.invokeAll(calls)) {
                call.get();
            }
        }

        assertEquals(
                1_000,
                accounts.ask(trader, account -> account.margin(MARKS).requirementMicros())
                        .orElseThrow());
    }
}
