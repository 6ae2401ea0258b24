package dev.quantdesk.intelligence.insight;

import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.proto.intelligence.v1.Insight;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives insights their sequence and publishes them on a thread of its own, one after the other. While Redis does not
 * answer, at most {@value #QUEUE_MAX} wait; further ones are dropped and counted.
 */
public final class InsightPublisher implements AutoCloseable {
    /** Redis stream of the insights. */
    public static final String STREAM = "intelligence.insights";
    /** Entries that the stream keeps. */
    public static final int STREAM_MAX = 10_000;
    /** Insights that wait to be published. */
    public static final int QUEUE_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(InsightPublisher.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Counter INSIGHTS = Counter.builder()
            .name("intelligence_insights_total")
            .help("Insights, by market and outcome: published or dropped.")
            .labelNames("market", "outcome")
            .register();

    private final EventPublisher events;
    private final BlockingQueue<Insight> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread = Thread.ofVirtual().name("insight publisher").unstarted(this::run);
    private long lastSequence = -1;

    public InsightPublisher(EventPublisher events) {
        this.events = events;
    }

    public void start() {
        thread.start();
    }

    /** Takes an insight without a sequence. Thread-safe; never blocks. */
    public void offer(Insight insight) {
        if (!queue.offer(insight)) {
            INSIGHTS.labelValues(insight.getMarket(), "dropped").inc();
            LOG.warn("{} insights wait already, dropped: {}", QUEUE_MAX, insight.getSummary());
        }
    }

    private void run() {
        try {
            while (true) {
                Insight insight = queue.take();
                publish(insight);
                INSIGHTS.labelValues(insight.getMarket(), "published").inc();
                LOG.info("{}", insight.getSummary());
            }
        } catch (InterruptedException _) {
            // The way the publisher is stopped.
        }
    }

    private void publish(Insight insight) throws InterruptedException {
        Duration pause = PAUSE_MIN;
        while (true) {
            try {
                if (lastSequence < 0) {
                    lastSequence = events.lastSequence();
                }
                // The same sequence in every try: an insight whose first outcome is unknown is stored once.
                long sequence = lastSequence + 1;
                events.publish(List.of(new EventPublisher.Event(
                        sequence, insight.toBuilder().setSequence(sequence).build())));
                lastSequence = sequence;
                return;
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception failure) {
                LOG.warn("an insight can't be published, again in {} ms: {}", pause.toMillis(), failure.toString());
                Thread.sleep(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
