package dev.quantdesk.execution.settlement;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the Solana node answers, and when to try again if not. Written by the worker's thread only. */
final class NodeHealth {
    private static final Logger LOG = LoggerFactory.getLogger(NodeHealth.class);

    private final Backoff backoff;
    private final SettlementMetrics metrics;
    private volatile boolean answering;

    NodeHealth(SettlementConfig config, SettlementMetrics metrics) {
        backoff = new Backoff(config.retryMillisMin(), config.nodeRetryMillisMax());
        this.metrics = metrics;
    }

    void answered() {
        answering = true;
        if (backoff.succeeded()) {
            LOG.info("the Solana node answers again");
        }
    }

    void failed(SolanaException failure, long nowMillis) {
        metrics.nodeFailed();
        answering = false;
        if (!backoff.isFailing()) {
            LOG.warn("the Solana node does not answer, settlement waits for it: {}", failure.getMessage());
        }
        backoff.failed(nowMillis);
    }

    boolean mayTry(long nowMillis) {
        return backoff.mayTry(nowMillis);
    }

    long retryAtMillis() {
        return backoff.retryAtMillis();
    }

    /** Whether the last call was answered; false before the first. Any thread. */
    boolean isAnswering() {
        return answering;
    }
}
