package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;

/**
 * What an identity token says of an account.
 *
 * @param version grows with each change; of two copies the one with the higher version is newer
 * @param subAccounts how many sub-accounts the wallet has; they are numbered from 1
 * @param delegates session keys that were live when the account was read, oldest first
 */
public record Account(PublicKey key, long version, Tier tier, int subAccounts, List<Identity.Delegate> delegates) {
    /** Live session keys of one account at a time. */
    public static final int MAX_DELEGATES = 4;

    public Account {
        delegates = List.copyOf(delegates);
    }

    /** Who acts for {@code account}: this one itself, or a sub-account of it. */
    public Identity.Trader identity(PublicKey account) {
        return new Identity.Trader(account, key, tier.name(), delegates);
    }
}
