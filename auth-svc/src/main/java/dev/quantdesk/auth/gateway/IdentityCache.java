package dev.quantdesk.auth.gateway;

import dev.quantdesk.auth.delegate.Account;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Identity tokens that were issued, reused for half their life so that most calls need no signature. An entry is only
 * good for the account's owner exactly as it was: session and account are read for each call, so a change makes a new token
 * without anyone having to invalidate this cache, on whichever instance the change was made. Thread-safe; holds at most
 * {@value #MAX_ENTRIES} accounts.
 */
public final class IdentityCache {
    private static final int MAX_ENTRIES = 16_384;
    private static final long REUSE_MILLIS = IdentityTokens.LIFE.toMillis() / 2;

    private final IdentityTokens.Issuer issuer;
    private final Clock clock;
    private volatile Issued<Identity> anonymous;
    private final Map<PublicKey, Issued<Account>> byAccount =
            Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<PublicKey, Issued<Account>> eldest) {
                    return size() > MAX_ENTRIES;
                }
            });

    private record Issued<T>(T subject, String token, long issuedMillis) {}

    public IdentityCache(IdentityTokens.Issuer issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /** A token that says that nobody has signed in. */
    String anonymous() {
        Issued<Identity> known = anonymous;
        if (known == null || !isFresh(known)) {
            Identity nobody = new Identity.Anonymous();
            known = new Issued<>(nobody, issuer.issue(nobody), clock.millis());
            anonymous = known;
        }
        return known.token;
    }

    /** A token for the owner as it is now, who acts for {@code account}: the own one, or a sub-account. */
    String of(Account owner, PublicKey account) {
        Issued<Account> known = byAccount.get(account);
        if (known == null || !known.subject.equals(owner) || !isFresh(known)) {
            known = new Issued<>(owner, issuer.issue(owner.identity(account)), clock.millis());
            byAccount.put(account, known);
        }
        return known.token;
    }

    private boolean isFresh(Issued<?> issued) {
        long age = clock.millis() - issued.issuedMillis;
        return age >= 0 && age < REUSE_MILLIS;
    }
}
