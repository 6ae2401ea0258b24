package dev.quantdesk.risk.api;

import dev.quantdesk.kit.rpc.ApiException;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Figures for operators, one set for the process. Thread-safe. */
public final class RiskMetrics {
    private static final Counter RESERVATIONS = Counter.builder()
            .name("risk_reservations_total")
            .help("Orders that were let through to the engine.")
            .register();
    private static final Counter REFUSALS = Counter.builder()
            .name("risk_refusals_total")
            .help("Orders and requests that were refused, by reason.")
            .labelNames("reason")
            .register();
    private static final AtomicReference<Source> SOURCE = new AtomicReference<>();

    static {
        gauge("risk_reservations_held", "Reservations that no engine event has taken up yet.", s -> s.held());
        gauge("risk_event_lag", "Events of the engine that are in the stream and not taken over yet.", s -> s.lag());
        gauge("risk_accounts_trusted", "Whether orders that add risk can be decided about.", s -> s.trusted());
    }

    private RiskMetrics() {}

    private record Source(LongSupplier heldCount, LongSupplier lagEvents, LongSupplier trust) {
        double held() {
            return heldCount.getAsLong();
        }

        double lag() {
            return lagEvents.getAsLong();
        }

        double trusted() {
            return trust.getAsLong();
        }
    }

    private interface Reading {
        double of(Source source);
    }

    private static void gauge(String name, String help, Reading reading) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> {
                    Source source = SOURCE.get();
                    if (source != null) {
                        callback.call(reading.of(source));
                    }
                })
                .register();
    }

    /** Says where the gauges are read. @param trusted 1 or 0 */
    public static void watch(LongSupplier heldReservations, LongSupplier lagEvents, LongSupplier trusted) {
        SOURCE.set(new Source(heldReservations, lagEvents, trusted));
    }

    static void reserved() {
        RESERVATIONS.inc();
    }

    static ApiException refused(ApiException refusal) {
        REFUSALS.labelValues(refusal.reason()).inc();
        return refusal;
    }
}
