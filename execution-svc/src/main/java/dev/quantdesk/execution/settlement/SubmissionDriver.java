package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.settlement.Submission.Phase;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.context.Scope;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each submission from its record in the log to its end. A transaction is given up only when it can never land
 * any more: a node refused to pass it on and none other ever had it, it failed on chain, or its last valid block is
 * finalized without it. So no fill can be settled twice. Used by the worker's thread only.
 */
final class SubmissionDriver {
    private static final Logger LOG = LoggerFactory.getLogger(SubmissionDriver.class);

    private final SettlementConfig config;
    private final SettlementLog log;
    private final SolanaNode node;
    private final ClusterCheck check;
    private final UnsettledTrades trades;
    private final PayerFunds funds;
    private final NodeHealth health;
    private final Telemetry telemetry;
    private final SettlementMetrics metrics;
    private final Runnable wake;
    private final Map<String, Submission> active = new LinkedHashMap<>();
    private long nextPollMillis;
    private long nextExpiryCheckMillis;
    private long startAfterMillis;

    SubmissionDriver(
            SettlementConfig config,
            SettlementLog log,
            SolanaNode node,
            ClusterCheck check,
            UnsettledTrades trades,
            PayerFunds funds,
            NodeHealth health,
            Telemetry telemetry,
            SettlementMetrics metrics,
            Runnable wake) {
        this.config = config;
        this.log = log;
        this.node = node;
        this.check = check;
        this.trades = trades;
        this.funds = funds;
        this.health = health;
        this.telemetry = telemetry;
        this.metrics = metrics;
        this.wake = wake;
    }

    int active() {
        return active.size();
    }

    /** Submissions of a fill that is settled alone. */
    int activeAlone() {
        return (int) active.values().stream().filter(each -> each.alone).count();
    }

    /** No batch should be begun before: the log has just refused one. */
    long startAfterMillis() {
        return startAfterMillis;
    }

    /** Records a submission; it is sent once it is durable. */
    void begin(Submission submission) {
        active.put(submission.signatureText, submission);
        record(
                submission,
                new Command.SettlementSubmitted(
                        submission.signature, submission.lastValidBlockHeight, submission.tradeIds()));
    }

    /** Takes up submissions the log tells of, drops those that ended elsewhere, and moves on those it has answered. */
    void advance(long nowMillis) {
        Set<String> known = new HashSet<>();
        for (Submission submission : trades.submissions()) {
            known.add(submission.signatureText);
            if (submission.recovered && active.putIfAbsent(submission.signatureText, submission) == null) {
                LOG.info("looks for settlement {} from before", submission.signatureText);
                submission.trace = BatchTrace.resume(telemetry, submission);
            }
        }
        active.values().removeIf(each -> each.phase == Phase.IN_FLIGHT && !known.contains(each.signatureText));
        for (Submission submission : List.copyOf(active.values())) {
            if (submission.phase != Phase.IN_FLIGHT) {
                submission.step.poll(nowMillis).ifPresent(reply -> recorded(submission, reply, nowMillis));
            }
        }
    }

    private void recorded(Submission submission, Reply reply, long nowMillis) {
        if (reply instanceof Reply.Refused refused) {
            refused(submission, refused, nowMillis);
            return;
        }
        switch (submission.phase) {
            case RECORDING -> {
                submission.phase = Phase.IN_FLIGHT;
                submission.nextSendMillis = nowMillis;
            }
            case CONFIRMING -> {
                trades.confirmed(submission);
                metrics.confirmed(submission, nowMillis);
                submission.trace.confirmed(submission.landedSlot);
                active.remove(submission.signatureText);
            }
            case REVERTING -> {
                trades.released(submission);
                submission.trace.failed(submission.endReason);
                active.remove(submission.signatureText);
            }
            case IN_FLIGHT -> throw new IllegalStateException("nothing is recorded in flight");
        }
    }

    /** A submission is refused when another node settles one of its fills or has done so; nothing was sent then. */
    private void refused(Submission submission, Reply.Refused refused, long nowMillis) {
        if (submission.phase != Phase.RECORDING) {
            throw new IllegalStateException(
                    "the log refused the end of settlement " + submission.signatureText + ": " + refused);
        }
        LOG.error("the log refused settlement {} of trades {}: {}", submission.signatureText, ids(submission), refused);
        startAfterMillis = nowMillis + config.nodeRetryMillisMax();
        trades.released(submission);
        submission.trace.failed("refused by the log: " + refused.reason());
        active.remove(submission.signatureText);
    }

    /** Sends what is due, for the first time or again. */
    void send(long nowMillis) throws SolanaException {
        for (Submission submission : List.copyOf(active.values())) {
            boolean due = submission.phase == Phase.IN_FLIGHT
                    && submission.wire != null
                    && submission.nextSendMillis <= nowMillis;
            if (due && (submission.accepted || funds.sufficient(nowMillis))) {
                submission.nextSendMillis = nowMillis + config.rebroadcastMillis();
                try (Scope _ = submission.trace.makeCurrent()) {
                    send(submission, nowMillis);
                }
            }
        }
    }

    private void send(Submission submission, long nowMillis) throws SolanaException {
        boolean first = !submission.accepted;
        if (first) {
            submission.trace.sending();
        }
        try {
            node.send(submission.wire, first);
        } catch (SolanaException failure) {
            if (first) {
                submission.trace.sendFailed(failure);
            }
            notSent(submission, failure, nowMillis);
            return;
        }
        health.answered();
        if (first) {
            submission.accepted = true;
            submission.trace.sent();
        }
    }

    private void notSent(Submission submission, SolanaException failure, long nowMillis) throws SolanaException {
        switch (failure.kind()) {
            case UNAVAILABLE -> {
                submission.sendOutcomeUnknown = true;
                throw failure;
            }
            case UNFUNDED -> funds.refused();
            case BLOCKHASH_UNKNOWN -> submission.nextSendMillis = nowMillis + config.pollMillis();
            case REJECTED -> {
                submission.wire = null;
                submission.rejection = failure.getMessage();
                if (!submission.mayLand()) {
                    reject(submission, failure.getMessage(), nowMillis);
                }
            }
        }
    }

    /** Looks up what is in flight, in one call. */
    void poll(long nowMillis) throws SolanaException {
        List<Submission> inFlight = active.values().stream()
                .filter(each -> each.phase == Phase.IN_FLIGHT)
                .limit(SolanaNode.STATUSES_MAX)
                .toList();
        if (inFlight.isEmpty() || nowMillis < nextPollMillis) {
            return;
        }
        nextPollMillis = nowMillis + config.pollMillis();
        try (Scope _ = inFlight.getFirst().trace.makeCurrent()) {
            poll(inFlight, nowMillis);
        }
        health.answered();
    }

    private void poll(List<Submission> inFlight, long nowMillis) throws SolanaException {
        boolean checkExpiry = nowMillis >= nextExpiryCheckMillis;
        // The height is read first: what is not found after its last block is final can't appear later.
        long finalizedHeight = checkExpiry ? node.finalizedBlockHeight() : 0;
        boolean local = checkExpiry && check.cluster(nowMillis) == ClusterCheck.Cluster.LOCAL;
        long newestLastValid = local ? node.latestBlockhash().lastValidBlockHeight() : Long.MAX_VALUE;
        SolanaNode.Statuses statuses =
                node.statuses(inFlight.stream().map(each -> each.signatureText).toList(), checkExpiry);
        if (checkExpiry) {
            nextExpiryCheckMillis = nowMillis + config.expiryCheckMillis();
        }
        for (int i = 0; i < inFlight.size(); i++) {
            Submission submission = inFlight.get(i);
            Optional<SolanaNode.Status> status = statuses.byOrder().get(i);
            if (status.isPresent()) {
                seen(submission, status.get(), statuses.slot(), nowMillis);
            } else if (finalizedHeight > submission.lastValidBlockHeight) {
                expire(submission, "blockhash expired", nowMillis);
            } else if (newestLastValid < submission.lastValidBlockHeight) {
                expire(submission, "the local chain was begun anew", nowMillis);
            }
        }
    }

    private void seen(Submission submission, SolanaNode.Status status, long seenInSlot, long nowMillis) {
        if (!status.confirmed()) {
            return;
        }
        if (status.error().isPresent()) {
            reject(submission, "failed on chain: " + status.error().get(), nowMillis);
            return;
        }
        submission.phase = Phase.CONFIRMING;
        submission.landedSlot = status.slot();
        submission.seenSlot = Math.max(status.slot(), seenInSlot);
        record(submission, new Command.SettlementConfirmed(submission.signature, status.slot(), submission.tradeIds()));
    }

    private void expire(Submission submission, String reason, long nowMillis) {
        if (!submission.rejection.isEmpty()) {
            reject(submission, submission.rejection, nowMillis);
            return;
        }
        LOG.warn("settlement {} of trades {}: {}", submission.signatureText, ids(submission), reason);
        metrics.reverted(false);
        revert(submission, reason);
    }

    /** The chain refuses a transaction for what is in it: its fills are tried one by one, with growing pauses. */
    private void reject(Submission submission, String reason, long nowMillis) {
        metrics.reverted(true);
        trades.isolate(submission.fills);
        if (submission.fills.size() == 1) {
            Fill fill = submission.fills.getFirst();
            int rejections = trades.rejectedAlone(fill);
            long pause = Backoff.pauseMillis(
                    Math.max(1, rejections), config.quarantineRetryMillisMin(), config.quarantineRetryMillisMax());
            trades.holdBack(fill, nowMillis + pause);
            LOG.error(
                    "trade {} of orders {} and {} can't be settled, rejected {} times, next try in {} ms: {}",
                    fill.tradeId(),
                    fill.maker().orderId(),
                    fill.taker().orderId(),
                    rejections,
                    pause,
                    reason);
        } else {
            LOG.warn("settlement of trades {} is tried one by one: {}", ids(submission), reason);
        }
        revert(submission, reason);
    }

    private void revert(Submission submission, String reason) {
        submission.phase = Phase.REVERTING;
        submission.endReason = reason;
        record(
                submission,
                new Command.SettlementReverted(submission.signature, printable(reason), submission.tradeIds()));
    }

    private void record(Submission submission, Command command) {
        submission.step =
                new RecordedStep(log, command, new Backoff(config.retryMillisMin(), config.nodeRetryMillisMax()), wake);
    }

    private static List<Long> ids(Submission submission) {
        return submission.fills.stream().map(Fill::tradeId).toList();
    }

    /** What the log takes as a reason: printable ASCII of a bounded length. */
    static String printable(String reason) {
        String ascii = reason.replaceAll("[^\\x20-\\x7E]", "?");
        return ascii.substring(0, Math.min(ascii.length(), Command.REVERT_REASON_LENGTH_MAX));
    }
}
