package dev.quantdesk.kit.identity;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import java.util.Optional;

/** Who a call is made for, as the identity token says. */
public sealed interface Identity {

    /** A caller without a session: may use public methods only. */
    record Anonymous() implements Identity {}

    /**
     * A trader's session.
     *
     * @param account whose orders, margin and positions the call is about: the owner's own account, or a sub-account
     * @param owner the wallet that signed in, and that the account belongs to
     * @param tier name of the account's tier: FREE, PRO or MARKET_MAKER
     * @param delegates live session keys of the owner, at most 4
     */
    record Trader(PublicKey account, PublicKey owner, String tier, List<Delegate> delegates) implements Identity {
        public Trader {
            delegates = List.copyOf(delegates);
        }

        /** Who acts for the wallet's own account. */
        public Trader(PublicKey account, String tier, List<Delegate> delegates) {
            this(account, account, tier, delegates);
        }

        /** The delegation of {@code key} that is live at {@code unixSeconds}. */
        public Optional<Delegate> delegate(PublicKey key, long unixSeconds) {
            return delegates.stream()
                    .filter(d -> d.key().equals(key) && d.expireSeconds() > unixSeconds)
                    .findFirst();
        }
    }

    /** Another service of the mesh, calling in its own name. */
    record Service(String name) implements Identity {}

    /**
     * A session key that may sign intents for the owner's accounts.
     *
     * @param expireSeconds Unix seconds at which it stops being accepted
     * @param maxOrderNotionalMicros largest notional of one order, in millionths of a USDC
     */
    record Delegate(PublicKey key, long expireSeconds, long maxOrderNotionalMicros) {}
}
