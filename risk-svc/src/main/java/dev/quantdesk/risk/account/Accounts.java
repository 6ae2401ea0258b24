package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Marks;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All accounts. Each is used by one thread at a time, and no thread ever holds two: accounts do not wait for each
 * other. Thread-safe, but {@link #apply} is for one thread only. An account exists once it has collateral or an
 * order.
 */
public final class Accounts {
    private final ConcurrentHashMap<PublicKey, Account> accounts = new ConcurrentHashMap<>();
    private final Set<PublicKey> withDecisions = ConcurrentHashMap.newKeySet();
    private final AtomicLong held = new AtomicLong();

    /** Told which rows a change concerns. */
    public interface Touched {
        void position(PublicKey account, Market market);

        /** An order that was not there before. */
        void opened(PublicKey account, long orderId);

        void order(PublicKey account, long orderId);
    }

    /** Uses an account that exists. */
    public <T> Optional<T> ask(PublicKey key, Function<Account, T> question) {
        Account account = accounts.get(key);
        if (account == null) {
            return Optional.empty();
        }
        synchronized (account) {
            return Optional.of(question.apply(account));
        }
    }

    /** Changes an account; one that does not exist yet is made. */
    public void change(PublicKey key, Consumer<Account> change) {
        Account account = accounts.computeIfAbsent(key, _ -> new Account());
        synchronized (account) {
            int before = account.heldReservations();
            try {
                change.accept(account);
            } finally {
                held.addAndGet(account.heldReservations() - before);
            }
        }
    }

    /**
     * Like {@link Account#reserve}, for an account that may not exist: it has no collateral then, and nothing is
     * kept.
     */
    public Decision reserve(PublicKey key, UUID id, OrderDraft draft, Marks marks, long nowMillis) {
        Account account = accounts.get(key);
        if (account == null) {
            return new Account().reserve(id, draft, marks, nowMillis);
        }
        synchronized (account) {
            int before = account.heldReservations();
            Decision decision = account.reserve(id, draft, marks, nowMillis);
            withDecisions.add(key);
            held.addAndGet(account.heldReservations() - before);
            return decision;
        }
    }

    /** Forgets decisions made at or before {@code beforeMillis}. @param freeHeld whether reservations end with them */
    public void forgetDecisions(long beforeMillis, boolean freeHeld) {
        for (PublicKey key : withDecisions) {
            change(key, account -> {
                account.forgetDecisions(beforeMillis, freeHeld);
                if (!account.remembersDecisions()) {
                    withDecisions.remove(key);
                }
            });
        }
    }

    /** Reservations that no engine event has taken up yet, over all accounts. */
    public long heldReservations() {
        return held.get();
    }

    /**
     * Takes an event of the engine over: wholly, or not at all when it throws.
     *
     * @throws IllegalStateException when it contradicts what came before
     * @throws ArithmeticException when a sum does not fit a long
     */
    public void apply(EngineChange change, Touched touched) {
        switch (change) {
            case EngineChange.Accepted accepted -> {
                change(accepted.account(), account -> account.open(accepted.order(), accepted.reservation()));
                touched.opened(accepted.account(), accepted.order().orderId());
            }
            case EngineChange.Amended amended -> {
                change(amended.account(), account -> account.amend(amended));
                touched.order(amended.account(), amended.orderId());
            }
            case EngineChange.Sized sized -> {
                change(sized.account(), account -> account.size(sized));
                touched.order(sized.account(), sized.orderId());
            }
            case EngineChange.Matched match -> {
                check(match, match.maker());
                check(match, match.taker());
                fill(match, match.maker(), touched);
                fill(match, match.taker(), touched);
            }
            case EngineChange.Closed closed ->
                change(closed.account(), account -> {
                    if (account.close(closed.orderId())) {
                        touched.order(closed.account(), closed.orderId());
                    }
                });
            case EngineChange.Refused refused ->
                // A refused order leaves no trace: an unknown account stays unknown.
                ask(refused.account(), _ -> true)
                        .ifPresent(_ -> change(refused.account(), account -> account.release(refused.reservation())));
            case EngineChange.Irrelevant _ -> {
                // Nothing to take over.
            }
        }
    }

    private void check(EngineChange.Matched match, EngineChange.Fill fill) {
        ask(fill.account(), account -> account.positionAfter(match, fill))
                .orElseThrow(() -> new IllegalStateException("a trade of an account without orders: " + fill));
    }

    private void fill(EngineChange.Matched match, EngineChange.Fill fill, Touched touched) {
        change(fill.account(), account -> account.fill(match, fill));
        touched.position(fill.account(), match.market());
        touched.order(fill.account(), fill.orderId());
    }

    /** Forgets positions and orders of all accounts, so that the stream can be taken over from its start. */
    public void clearEngineState() {
        accounts.keySet().forEach(key -> change(key, Account::clearEngineState));
    }
}
