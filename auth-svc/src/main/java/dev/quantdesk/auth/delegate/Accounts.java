package dev.quantdesk.auth.delegate;

import dev.quantdesk.auth.delegate.Delegation.Granted;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts of the mesh. Every change is published to Redis before it is acknowledged, so that it holds for the next
 * call wherever that is checked; a caller whose change was stored but not published is refused and repeats it.
 * Thread-safe.
 */
public final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private final AccountStore store;
    private final SubAccountStore subAccounts;
    private final AccountCache cache;
    private final Clock clock;

    public Accounts(AccountStore store, AccountCache cache, Clock clock) {
        this.store = store;
        this.subAccounts = new SubAccountStore(store);
        this.cache = cache;
        this.clock = clock;
    }

    /** The account as the database has it, made when it is new, and published. */
    public Account open(PublicKey key) throws Exception {
        Instant now = now();
        Account account = store.open(key, now);
        cache.put(account, now);
        return account;
    }

    /**
     * The account of a caller: a fresh copy, or else the database's. While the database is away an older copy has to do, so
     * that traders can still cancel; nothing can be revoked in that time either.
     */
    public Account of(PublicKey key, Optional<AccountCache.Copy> copy) throws Exception {
        if (copy.isPresent() && copy.get().isFresh(now())) {
            return copy.get().account();
        }
        try {
            return open(key);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            AccountCache.Copy older = copy.orElseThrow(() -> failed);
            LOG.warn("account {} as of {}: {}", key, older.taken(), failed.getMessage());
            return older.account();
        }
    }

    Granted grant(Delegation delegation, byte[] signature) throws Exception {
        Instant now = now();
        AccountStore.Changed changed = store.grant(delegation, signature, now);
        cache.put(changed.account(), now);
        return changed.granted();
    }

    void revoke(PublicKey account, PublicKey sessionKey) throws Exception {
        Instant now = now();
        cache.put(store.revoke(account, sessionKey, now), now);
    }

    SubAccount createSubAccount(PublicKey owner, String name) throws Exception {
        Instant now = now();
        SubAccountStore.Created created = subAccounts.create(owner, name, now);
        cache.put(created.owner(), now);
        return created.subAccount();
    }

    List<SubAccount> subAccounts(PublicKey owner) throws Exception {
        return subAccounts.list(owner);
    }

    List<Granted> live(PublicKey account) throws Exception {
        return store.live(account, now());
    }

    /** As precise as the database keeps times, so that a repeated call gives the very same answer. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
