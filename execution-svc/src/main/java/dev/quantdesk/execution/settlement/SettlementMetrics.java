package dev.quantdesk.execution.settlement;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How settlement is doing. Thread-safe. One per registry. */
final class SettlementMetrics {
    private final Gauge waiting;
    private final Gauge quarantined;
    private final Gauge inFlight;
    private final Gauge payerBalance;
    private final Counter confirmedTrades;
    private final Counter confirmedTransactions;
    private final Counter reverted;
    private final Counter nodeFailures;
    private final Histogram seconds;
    private final Histogram slots;

    SettlementMetrics(PrometheusRegistry registry) {
        waiting = gauge(registry, "settlement_pending_trades", "Trades that wait for a settlement transaction.");
        quarantined = gauge(
                registry, "settlement_quarantined_trades", "Trades that the chain rejects and that are retried alone.");
        inFlight = gauge(registry, "settlement_batches_in_flight", "Transactions between submission and end.");
        payerBalance = gauge(registry, "settlement_payer_lamports", "The fee payer's balance when last looked up.");
        confirmedTrades = counter(registry, "settlement_confirmed_trades_total", "Trades confirmed on chain.");
        confirmedTransactions =
                counter(registry, "settlement_confirmed_transactions_total", "Transactions confirmed on chain.");
        nodeFailures = counter(registry, "settlement_node_failures_total", "Calls to the Solana node without result.");
        reverted = Counter.builder()
                .name("settlement_reverted_transactions_total")
                .help("Transactions that will never land, by cause.")
                .labelNames("cause")
                .register(registry);
        seconds = Histogram.builder()
                .name("settlement_fill_to_confirmation_seconds")
                .help("From the trade in the engine to the recorded confirmation of its transaction.")
                .classicUpperBounds(0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 120, 300, 1800)
                .classicOnly()
                .register(registry);
        slots = Histogram.builder()
                .name("settlement_confirmation_slots")
                .help("Slots from the newest one known when a transaction was built to its confirmation.")
                .classicUpperBounds(1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 150)
                .classicOnly()
                .register(registry);
    }

    void counts(UnsettledTrades.Counts counts) {
        waiting.set(counts.waiting());
        quarantined.set(counts.quarantined());
        inFlight.set(counts.submissions());
    }

    void payerLamports(long lamports) {
        payerBalance.set(lamports);
    }

    void nodeFailed() {
        nodeFailures.inc();
    }

    void confirmed(Submission submission, long nowMillis) {
        confirmedTransactions.inc();
        confirmedTrades.inc(submission.fills.size());
        submission.fills.forEach(fill -> seconds.observe(Math.max(0, nowMillis - fill.timeMillis()) / 1e3));
        if (submission.startSlot > 0) {
            slots.observe(Math.max(0, submission.seenSlot - submission.startSlot));
        }
    }

    /** @param rejected whether the chain refused it; otherwise it expired */
    void reverted(boolean rejected) {
        reverted.labelValues(rejected ? "rejected" : "expired").inc();
    }

    private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
        return Gauge.builder().name(name).help(help).register(registry);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder().name(name).help(help).register(registry);
    }
}
