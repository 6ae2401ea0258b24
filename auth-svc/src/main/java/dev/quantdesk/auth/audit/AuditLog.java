package dev.quantdesk.auth.audit;

import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an auditor looks for as JSON lines of the logger {@code quantdesk.audit}, each with an {@code event}.
 * Never writes a secret. Denials are bounded, for anyone can cause them: at most {@value #DENIALS_PER_SECOND} lines a
 * second, and each says how many went before it unwritten. Thread-safe.
 */
public final class AuditLog {
    static final int DENIALS_PER_SECOND = 20;

    private static final Logger LOG = LoggerFactory.getLogger("quantdesk.audit");
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong inSecond = new AtomicLong();
    private final AtomicLong unwritten = new AtomicLong();

    public void signedIn(PublicKey account, String tier) {
        LOG.atInfo()
                .addKeyValue("event", "signed_in")
                .addKeyValue("account", account)
                .addKeyValue("tier", tier)
                .log("signed in");
    }

    public void signedOut(PublicKey account) {
        LOG.atInfo()
                .addKeyValue("event", "signed_out")
                .addKeyValue("account", account)
                .log("signed out");
    }

    public void delegateGranted(PublicKey account, Identity.Delegate delegate) {
        LOG.atInfo()
                .addKeyValue("event", "delegate_granted")
                .addKeyValue("account", account)
                .addKeyValue("session_key", delegate.key())
                .addKeyValue("max_order_notional_micros", delegate.maxOrderNotionalMicros())
                .addKeyValue("expire_seconds", delegate.expireSeconds())
                .log("delegate granted");
    }

    public void delegateRevoked(PublicKey account, PublicKey sessionKey) {
        LOG.atInfo()
                .addKeyValue("event", "delegate_revoked")
                .addKeyValue("account", account)
                .addKeyValue("session_key", sessionKey)
                .log("delegate revoked");
    }

    public void subAccountCreated(PublicKey owner, int number, PublicKey account) {
        LOG.atInfo()
                .addKeyValue("event", "sub_account_created")
                .addKeyValue("account", owner)
                .addKeyValue("number", number)
                .addKeyValue("sub_account", account)
                .log("sub-account created");
    }

    /**
     * @param what method or path that was refused
     * @param account whose it would have been, or an empty text where that is not known
     */
    public void denied(String what, String reason, String account) {
        if (!mayWriteDenial(System.nanoTime() / SECOND_NANOS)) {
            unwritten.incrementAndGet();
            return;
        }
        LOG.atInfo()
                .addKeyValue("event", "denied")
                .addKeyValue("method", what)
                .addKeyValue("reason", reason)
                .addKeyValue("account", account)
                .addKeyValue("unwritten_before", unwritten.getAndSet(0))
                .log("denied");
    }

    boolean mayWriteDenial(long nowSecond) {
        if (second.getAndSet(nowSecond) != nowSecond) {
            inSecond.set(0);
        }
        return inSecond.incrementAndGet() <= DENIALS_PER_SECOND;
    }
}
