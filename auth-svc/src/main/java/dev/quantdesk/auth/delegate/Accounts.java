package dev.quantdesk.auth.delegate;

import dev.quantdesk.auth.delegate.Delegation.Granted;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Accounts of the mesh. Every change is published to Redis before it is acknowledged, so that it holds for the next
 * call wherever that is checked; a caller whose change was stored but not published is refused and repeats it.
 * Thread-safe.
 */
public final class Accounts {
    private final AccountStore store;
    private final AccountCache cache;
    private final Clock clock;

    public Accounts(AccountStore store, AccountCache cache, Clock clock) {
        this.store = store;
        this.cache = cache;
        this.clock = clock;
    }

    /** The account as the database has it, made when it is new, and published. */
    public Account open(PublicKey key) throws Exception {
        Account account = store.open(key, now());
        cache.put(account);
        return account;
    }

    Granted grant(Delegation delegation, byte[] signature) throws Exception {
        AccountStore.Changed changed = store.grant(delegation, signature, now());
        cache.put(changed.account());
        return changed.granted();
    }

    void revoke(PublicKey account, PublicKey sessionKey) throws Exception {
        cache.put(store.revoke(account, sessionKey, now()));
    }

    List<Granted> live(PublicKey account) throws Exception {
        return store.live(account, now());
    }

    /** As precise as the database keeps times, so that a repeated call gives the very same answer. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
