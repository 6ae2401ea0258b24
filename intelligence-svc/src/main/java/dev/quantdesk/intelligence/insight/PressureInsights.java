package dev.quantdesk.intelligence.insight;

import com.google.protobuf.Timestamp;
import dev.quantdesk.intelligence.orderflow.OrderFlow;
import dev.quantdesk.proto.intelligence.v1.Insight;
import dev.quantdesk.proto.intelligence.v1.InsightKind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Optional;

/** Makes insights of one market's order flow. Not thread-safe. */
public final class PressureInsights {
    private static final int SUMMARY_DIGITS = 4;

    private final PressureDetector detector;
    private final double threshold;

    public PressureInsights(PressureDetector.Settings settings) {
        this.detector = new PressureDetector(settings);
        this.threshold = settings.threshold();
    }

    /** Takes the next interval. @return an insight without a sequence, if the interval stands out */
    public Optional<Insight> observe(OrderFlow flow) {
        return detector.observe(flow.score()).map(side -> insight(flow, side));
    }

    /** Rounded for people, as "-156,800" or "12.5". */
    private static String readable(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(SUMMARY_DIGITS));
        return String.format(
                Locale.ROOT, "%,." + Math.max(0, rounded.stripTrailingZeros().scale()) + "f", rounded);
    }

    private Insight insight(OrderFlow flow, PressureDetector.Side side) {
        boolean buys = side == PressureDetector.Side.BUY;
        String summary = String.format(
                Locale.ROOT,
                "%s pressure in %s: order flow imbalance of %s %s within a second, "
                        + "%.1f standard deviations %s its mean",
                buys ? "Buying" : "Selling",
                flow.market(),
                readable(flow.imbalance()),
                flow.quantityUnit(),
                Math.abs(flow.score()),
                buys ? "above" : "below");
        return Insight.newBuilder()
                .setMarket(flow.market())
                .setKind(buys ? InsightKind.INSIGHT_KIND_BUY_PRESSURE : InsightKind.INSIGHT_KIND_SELL_PRESSURE)
                .setSummary(summary)
                .setValue(flow.score())
                .setThreshold(buys ? threshold : -threshold)
                .setObserveTime(Timestamp.newBuilder()
                        .setSeconds(flow.endTime().getEpochSecond())
                        .setNanos(flow.endTime().getNano()))
                .build();
    }
}
