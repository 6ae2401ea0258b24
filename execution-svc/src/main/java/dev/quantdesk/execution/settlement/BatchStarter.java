package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins transactions for the fills that wait, as many as may be in flight. Used by the worker's thread only. */
final class BatchStarter {
    private static final Logger LOG = LoggerFactory.getLogger(BatchStarter.class);
    private static final long NOT_GATHERING = Long.MIN_VALUE;

    /** About one slot: within it there is no newer blockhash anyway. */
    private static final long BLOCKHASH_AGE_MILLIS_MAX = 400;

    private final SettlementConfig config;
    private final SolanaNode node;
    private final PayerKey payer;
    private final UnsettledTrades trades;
    private final SubmissionDriver driver;
    private final PayerFunds funds;
    private final NodeHealth health;
    private final Telemetry telemetry;
    private SolanaNode.Blockhash blockhash;
    private long blockhashMillis;
    private long gatheringSince = NOT_GATHERING;
    private boolean halted;

    BatchStarter(
            SettlementConfig config,
            SolanaNode node,
            PayerKey payer,
            UnsettledTrades trades,
            SubmissionDriver driver,
            PayerFunds funds,
            NodeHealth health,
            Telemetry telemetry) {
        this.config = config;
        this.node = node;
        this.payer = payer;
        this.trades = trades;
        this.driver = driver;
        this.funds = funds;
        this.health = health;
        this.telemetry = telemetry;
    }

    void start(long nowMillis) throws SolanaException {
        while (driver.active() < config.batchesInFlightMax() && nowMillis >= driver.startAfterMillis()) {
            Optional<Fill> alone = setAside(nowMillis);
            List<Fill> fills = alone.map(List::of).orElseGet(() -> gathered(nowMillis));
            if (fills.isEmpty() || !funds.sufficient(nowMillis)) {
                return;
            }
            begin(fills, alone.isPresent(), nowMillis);
        }
    }

    /** When there may be something to begin, given a free place. */
    long dueMillis(long nowMillis) {
        long setAside = trades.nextSetAsideMillis().orElse(Long.MAX_VALUE);
        long gathered = gatheringSince == NOT_GATHERING ? Long.MAX_VALUE : gatheringSince + config.gatherMillis();
        long due = Math.min(setAside, gathered);
        if (due > nowMillis) {
            return due;
        }
        // It was due in this round and not begun: for want of funds, of a place, or because the log refused.
        return Math.max(nowMillis + config.pollMillis(), Math.max(driver.startAfterMillis(), funds.lookAtMillis()));
    }

    /** Fills set aside take at most half of the places, so that they never hold up the others. */
    private Optional<Fill> setAside(long nowMillis) {
        return driver.activeAlone() < Math.max(1, config.batchesInFlightMax() / 2)
                ? trades.nextSetAside(nowMillis)
                : Optional.empty();
    }

    /** The next batch, once it is full or its first fill has waited long enough. */
    private List<Fill> gathered(long nowMillis) {
        if (isHalted()) {
            return List.of();
        }
        BatchPlanner.Plan plan = trades.plan();
        if (plan.fills().isEmpty()) {
            gatheringSince = NOT_GATHERING;
            return List.of();
        }
        if (gatheringSince == NOT_GATHERING) {
            gatheringSince = nowMillis;
        }
        boolean ready = plan.full() || nowMillis >= gatheringSince + config.gatherMillis();
        return ready ? plan.fills() : List.of();
    }

    private boolean isHalted() {
        int quarantined = trades.counts().quarantined();
        boolean full = quarantined >= config.quarantineMax();
        if (full && !halted) {
            LOG.error("settlement of new fills is halted: the chain rejects {} fills tried alone", quarantined);
        }
        halted = full;
        return full;
    }

    private void begin(List<Fill> fills, boolean alone, long nowMillis) throws SolanaException {
        gatheringSince = NOT_GATHERING;
        BatchTrace trace = BatchTrace.begin(telemetry, fills);
        try (Scope _ = trace.makeCurrent()) {
            refreshBlockhash(nowMillis);
        } catch (SolanaException failure) {
            trace.failed(failure.getMessage());
            throw failure;
        }
        Submission submission =
                Submission.of(SettlementTransaction.build(fills, blockhash, payer), nowMillis, blockhash.slot());
        submission.alone = alone;
        submission.trace = trace;
        if (!trades.begin(submission)) {
            trace.failed("one of the fills is being settled elsewhere");
            return;
        }
        trace.submitting(submission);
        driver.begin(submission);
    }

    private void refreshBlockhash(long nowMillis) throws SolanaException {
        if (blockhash == null || nowMillis >= blockhashMillis + BLOCKHASH_AGE_MILLIS_MAX) {
            blockhash = node.latestBlockhash();
            blockhashMillis = nowMillis;
            health.answered();
        }
    }
}
