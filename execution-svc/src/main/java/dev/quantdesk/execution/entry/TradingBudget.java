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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trading limits as streams use them up: one for each wallet, whose sub-accounts share it. The limit itself is auth-svc's, the same
 * that counts unary orders; from a large one some orders are taken ahead, so that not each needs a call. What is taken ahead lapses after {@link #LEASE}. Thread-safe.
 */
public final class TradingBudget {
    static final Duration LEASE = Duration.ofSeconds(5);
    /** Of what is left, at most one in so many orders is taken ahead: a small limit is counted order by order. */
    static final int AHEAD_SHARE = 16;

    static final int AHEAD_MAX = 256;
    /** How long nobody asks auth-svc again after it gave no answer. */
    static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private static final int ACCOUNTS_MAX = 16_384;
    private static final Logger LOG = LoggerFactory.getLogger(TradingBudget.class);

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

    /** What auth-svc has said last. */
    private record Known(int limit, Duration window, double remaining, long asOfNanos) {
        static final Known NOTHING = new Known(0, Duration.ZERO, 0, 0);

        static Known of(TakeOrdersResponse said, long now) {
            Duration window = Duration.ofNanos(Durations.toNanos(said.getWindow()));
            return new Known(said.getLimit(), window, said.getRemainingOrders(), now);
        }

        boolean isUnknown() {
            return limit == 0;
        }

        double remaining(long now, int leased) {
            double refilled = window.isZero() ? 0 : (double) limit * (now - asOfNanos) / window.toNanos();
            return Math.min(limit, remaining + leased + refilled);
        }

        /** After a refusal because nothing is left. */
        Known usedUp(long now) {
            return isUnknown() ? this : new Known(limit, window, 0, now);
        }

        /** Until the next order comes into the limit. */
        long nanosToNext() {
            return isUnknown() ? ASK_AGAIN.toNanos() : window.toNanos() / limit;
        }
    }

    private static final class Account {
        /** Held while auth-svc is asked; what is shown of the account is read without it. */
        final ReentrantLock lock = new ReentrantLock();

        volatile Known known = Known.NOTHING;
        volatile int leased;
        long leaseEndNanos;
        ApiException refusal;
        long refusedUntilNanos;
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
            account.leased = account.leased - 1;
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
        int ahead = (int) Math.clamp(account.known.remaining(now, 0) / AHEAD_SHARE, 1, AHEAD_MAX);
        try {
            TakeOrdersResponse taken = grants.take(ahead, identityToken, timeout);
            account.known = Known.of(taken, now);
            account.leased = taken.getTakenOrders();
            account.leaseEndNanos = now + LEASE.toNanos();
        } catch (ApiException refused) {
            long told = nanos.getAsLong();
            boolean usedUp = refused.reason().equals(Reason.RATE_LIMITED.name());
            account.known = usedUp ? account.known.usedUp(told) : account.known;
            // No order comes into the limit sooner, and an auth-svc that is away is not back at once: others need not
            // wait for it too.
            account.refusal = refused;
            account.refusedUntilNanos = told + (usedUp ? account.known.nanosToNext() : ASK_AGAIN.toNanos());
            throw refused;
        }
    }

    /** Asks how large an owner's limit is, where nothing has been said of it yet. Without an answer it is known with the first order. */
    void learn(PublicKey owner, String identityToken) throws InterruptedException {
        Account account = account(owner);
        account.lock.lockInterruptibly();
        try {
            if (account.known.isUnknown()) {
                account.known = Known.of(grants.take(0, identityToken, timeout), nanos.getAsLong());
            }
        } catch (ApiException away) {
            LOG.warn("the trading limit of a stream is not known yet: {}", away.getMessage());
        } finally {
            account.lock.unlock();
        }
    }

    /** What is left of the owner's limit, as far as this service knows. */
    OrderBudget left(PublicKey owner) {
        Account account = account(owner);
        Known known = account.known;
        if (known.isUnknown()) {
            return OrderBudget.getDefaultInstance();
        }
        double remaining = known.remaining(nanos.getAsLong(), account.leased);
        long untilFull = (long)
                ((known.limit() - remaining) / known.limit() * known.window().toNanos());
        return OrderBudget.newBuilder()
                .setLimit(known.limit())
                .setWindow(Durations.fromNanos(known.window().toNanos()))
                .setRemainingOrders((int) remaining)
                .setRefillTime(Wire.time(clock.instant().plusNanos(untilFull)))
                .build();
    }
}
