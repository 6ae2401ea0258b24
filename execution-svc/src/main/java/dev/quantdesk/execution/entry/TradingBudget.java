package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.TakeOrdersRequest;
import dev.quantdesk.proto.auth.v1.TakeOrdersResponse;
import dev.quantdesk.proto.auth.v1.VxTradingAccessServiceGrpcClient;
import dev.quantdesk.proto.execution.v1.OrderBudget;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The trading limits as streams use them up: one for each wallet, whose sub-accounts share it. The limit itself is auth-svc's, the same
 * that counts unary orders; from a large one some orders are taken ahead, so that not each needs a call. What is taken ahead lapses after {@link #LEASE}. Thread-safe.
 */
public final class TradingBudget {
    static final Duration LEASE = Duration.ofSeconds(5);
    /** Of what is left, at most one in so many orders is taken ahead: a small limit is counted order by order. */
    static final int AHEAD_SHARE = 16;

    static final int AHEAD_MAX = 256;
    private static final int ACCOUNTS_MAX = 16_384;

    private final Grants grants;
    private final Duration timeout;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Map<PublicKey, Account> accounts = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PublicKey, Account> eldest) {
            return size() > ACCOUNTS_MAX;
        }
    };

    /** Where the limits are kept. */
    @FunctionalInterface
    interface Grants {
        TakeOrdersResponse take(int orders, String identityToken, Duration timeout) throws InterruptedException;
    }

    public TradingBudget(RpcClient mesh, Duration timeout, Clock clock) {
        this(
                (orders, token, left) -> mesh.call(
                        VxTradingAccessServiceGrpcClient.TakeOrders,
                        TakeOrdersRequest.newBuilder().setOrders(orders).build(),
                        token,
                        left),
                timeout,
                clock,
                System::nanoTime);
    }

    TradingBudget(Grants grants, Duration timeout, Clock clock, LongSupplier nanos) {
        this.grants = grants;
        this.timeout = timeout;
        this.clock = clock;
        this.nanos = nanos;
    }

    private static final class Account {
        final ReentrantLock lock = new ReentrantLock();
        int limit;
        Duration window = Duration.ZERO;
        int leased;
        long leaseEndNanos;
        double remaining;
        long asOfNanos;
        ApiException refusal;
        long refusedUntilNanos;

        double remaining(long now) {
            double refilled = window.isZero() ? 0 : (double) limit * (now - asOfNanos) / window.toNanos();
            return Math.min(limit, remaining + leased + refilled);
        }
    }

    private Account account(PublicKey key) {
        synchronized (accounts) {
            return accounts.computeIfAbsent(key, _ -> new Account());
        }
    }

    /**
     * Takes one order from an owner's limit.
     *
     * @throws ApiException with {@link Reason#RATE_LIMITED} when none is left, or as the call to auth-svc failed
     */
    void take(PublicKey owner, String identityToken) throws InterruptedException {
        Account account = account(owner);
        account.lock.lockInterruptibly();
        try {
            long now = nanos.getAsLong();
            if (account.leased == 0 || now - account.leaseEndNanos >= 0) {
                lease(account, now, identityToken);
            }
            account.leased--;
        } finally {
            account.lock.unlock();
        }
    }

    private void lease(Account account, long now, String identityToken) throws InterruptedException {
        if (account.refusal != null && now - account.refusedUntilNanos < 0) {
            throw account.refusal;
        }
        account.refusal = null;
        account.leased = 0;
        int ahead = (int) Math.clamp(account.remaining(now) / AHEAD_SHARE, 1, AHEAD_MAX);
        try {
            TakeOrdersResponse taken = grants.take(ahead, identityToken, timeout);
            account.leased = taken.getTakenOrders();
            account.leaseEndNanos = now + LEASE.toNanos();
            account.limit = taken.getLimit();
            account.window = Duration.ofNanos(Durations.toNanos(taken.getWindow()));
            account.remaining = taken.getRemainingOrders();
            account.asOfNanos = now;
        } catch (ApiException refused) {
            if (refused.reason().equals(Reason.RATE_LIMITED.name())) {
                account.remaining = 0;
                account.asOfNanos = now;
                account.refusal = refused;
                // No order comes into the limit sooner; other streams of the account need not ask.
                account.refusedUntilNanos = now
                        + (account.limit == 0 ? TimeUnit.SECONDS.toNanos(1) : account.window.toNanos() / account.limit);
            }
            throw refused;
        }
    }

    /** What is left of the owner's limit, as far as this service knows. */
    OrderBudget left(PublicKey owner) {
        Account account = account(owner);
        account.lock.lock();
        try {
            if (account.limit == 0) {
                return OrderBudget.getDefaultInstance();
            }
            double remaining = account.remaining(nanos.getAsLong());
            Instant now = clock.instant();
            long untilFull = (long) ((account.limit - remaining) / account.limit * account.window.toNanos());
            return OrderBudget.newBuilder()
                    .setLimit(account.limit)
                    .setWindow(Durations.fromNanos(account.window.toNanos()))
                    .setRemainingOrders((int) remaining)
                    .setRefillTime(Wire.time(now.plusNanos(untilFull)))
                    .build();
        } finally {
            account.lock.unlock();
        }
    }
}
