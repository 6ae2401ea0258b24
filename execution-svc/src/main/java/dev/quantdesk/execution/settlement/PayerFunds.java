package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.solana.PublicKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the fee payer has lamports: looks them up before the first transaction and whenever a node says there
 * are none; asks a local chain for more, and tells the operator of any other. Used by the worker's thread only.
 */
final class PayerFunds {
    /** Room for some dozens of batches: 5,000 lamports a signature, above the rent-exempt minimum of 890,880. */
    static final long LAMPORTS_MIN = 3_000_000;

    static final long AIRDROP_LAMPORTS = 100_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(PayerFunds.class);
    private static final long LOOK_AGAIN_MILLIS = 500;
    private static final long AIRDROP_AGAIN_MILLIS = 10_000;
    private static final long REMIND_MILLIS_MAX = 60_000;

    private final SolanaNode node;
    private final PublicKey payer;
    private final ClusterCheck check;
    private final SettlementMetrics metrics;
    private final Backoff reminder = new Backoff(LOOK_AGAIN_MILLIS, REMIND_MILLIS_MAX);
    private boolean sufficient;
    private long lookAtMillis;
    private long airdropAtMillis;

    PayerFunds(SolanaNode node, PublicKey payer, ClusterCheck check, SettlementMetrics metrics) {
        this.node = node;
        this.payer = payer;
        this.check = check;
        this.metrics = metrics;
    }

    /** Whether transactions can be paid for, as far as is known. Asks the node, seldom. */
    boolean sufficient(long nowMillis) throws SolanaException {
        if (sufficient || nowMillis < lookAtMillis) {
            return sufficient;
        }
        long lamports = node.balance(payer);
        metrics.payerLamports(lamports);
        if (lamports >= LAMPORTS_MIN) {
            sufficient = true;
            reminder.succeeded();
            LOG.info("settlement is paid for by {}, which has {} lamports", payer, lamports);
            return true;
        }
        switch (check.cluster(nowMillis)) {
            case LOCAL -> airdrop(nowMillis);
            case SHARED -> remind(lamports, nowMillis);
            case UNKNOWN -> lookAtMillis = check.askAtMillis();
        }
        return false;
    }

    /** A node refused a transaction for want of funds. */
    void refused() {
        sufficient = false;
    }

    /** When the balance should be looked up again. */
    long lookAtMillis() {
        return lookAtMillis;
    }

    private void airdrop(long nowMillis) throws SolanaException {
        lookAtMillis = nowMillis + LOOK_AGAIN_MILLIS;
        if (nowMillis >= airdropAtMillis) {
            airdropAtMillis = nowMillis + AIRDROP_AGAIN_MILLIS;
            node.requestAirdrop(payer, AIRDROP_LAMPORTS);
        }
    }

    private void remind(long lamports, long nowMillis) {
        reminder.failed(nowMillis);
        lookAtMillis = reminder.retryAtMillis();
        LOG.error(
                "settlement waits for funds: send lamports for fees to {}, which has {} and needs at least {}",
                payer,
                lamports,
                LAMPORTS_MIN);
    }
}
