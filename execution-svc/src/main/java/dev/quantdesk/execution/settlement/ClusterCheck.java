package dev.quantdesk.execution.settlement;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which cluster the node is of. What may be done on the local chain only must not depend on a setting alone: the node itself
 * has to say that it is that one. Until it has answered, that is not known; it is asked again, ever more seldom, whenever the
 * answer is needed. Used by the worker's thread only.
 */
final class ClusterCheck {
    /** What is known of the cluster. */
    enum Cluster {
        LOCAL,
        SHARED,
        /** The node has not said. */
        UNKNOWN
    }

    private static final Logger LOG = LoggerFactory.getLogger(ClusterCheck.class);

    private final SolanaNode node;
    private final String localGenesisHash;
    private final Backoff backoff;
    private Cluster known;

    ClusterCheck(SettlementConfig config, SolanaNode node) {
        this.node = node;
        localGenesisHash = config.localGenesisHash();
        backoff = new Backoff(config.retryMillisMin(), config.nodeRetryMillisMax());
        known = localGenesisHash.isEmpty() ? Cluster.SHARED : Cluster.UNKNOWN;
    }

    /** What is known by now. May ask the node, until it has answered once. */
    Cluster cluster(long nowMillis) {
        if (known == Cluster.UNKNOWN && backoff.mayTry(nowMillis)) {
            ask(nowMillis);
        }
        return known;
    }

    /** When the node may be asked again, where it has not answered. */
    long askAtMillis() {
        return backoff.retryAtMillis();
    }

    private void ask(long nowMillis) {
        try {
            known = localGenesisHash.equals(node.genesisHash()) ? Cluster.LOCAL : Cluster.SHARED;
            LOG.info("settlement is on {}", known == Cluster.LOCAL ? "the local chain" : "a shared cluster");
        } catch (SolanaException unanswered) {
            if (!backoff.isFailing()) {
                LOG.warn(
                        "the Solana node does not say which cluster it is; it is asked again: {}",
                        unanswered.getMessage());
            }
            backoff.failed(nowMillis);
        }
    }
}
