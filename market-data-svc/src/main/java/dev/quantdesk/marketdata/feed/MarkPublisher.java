package dev.quantdesk.marketdata.feed;

import com.google.protobuf.Timestamp;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes each market's mark price once a second while its book is live, and at once when the book has become so. A
 * mark that can't be published is dropped: the next one replaces it.
 */
public final class MarkPublisher implements AutoCloseable {
    /** Redis stream of the marks. */
    public static final String STREAM = "marketdata.marks";
    /** Entries that the stream keeps. */
    public static final int STREAM_MAX = 1_000;
    /** Silence of a source after which its market has no mark price. */
    public static final Duration STALE_AFTER = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(MarkPublisher.class);
    private static final long SEQUENCE_UNKNOWN = -1;
    /** A book that has become live has its mark within this time. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final List<MarketChannel> markets;
    private final EventPublisher publisher;
    private final Duration interval;
    private final Clock clock;
    private final FeedThread thread = new FeedThread("mark publisher", this::run);
    private long lastSequence = SEQUENCE_UNKNOWN;
    private boolean failing;
    /** Those that had no price when marks were last published. */
    private List<MarketChannel> unmarked = List.of();

    public MarkPublisher(List<MarketChannel> markets, EventPublisher publisher, Duration interval, Clock clock) {
        this.markets = List.copyOf(markets);
        this.publisher = publisher;
        this.interval = interval;
        this.clock = clock;
    }

    public void start() {
        thread.start();
    }

    private void run() throws InterruptedException {
        while (true) {
            try {
                publish(clock.instant());
                if (failing) {
                    LOG.info("marks are published again");
                }
                failing = false;
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception failure) {
                // The outcome may be unknown, so the sequence is asked for again.
                lastSequence = SEQUENCE_UNKNOWN;
                if (!failing) {
                    LOG.warn("marks can't be published, tried again each second: {}", failure.toString());
                }
                failing = true;
            }
            rest();
        }
    }

    private void rest() throws InterruptedException {
        if (failing || unmarked.isEmpty()) {
            Thread.sleep(interval);
            return;
        }
        long dueNanos = System.nanoTime() + interval.toNanos();
        long leftNanos = interval.toNanos();
        while (leftNanos > 0
                && unmarked.stream()
                        .allMatch(market -> mark(market, clock.instant()).isEmpty())) {
            Thread.sleep(Duration.ofNanos(Math.min(leftNanos, LOOK_EVERY.toNanos())));
            leftNanos = dueNanos - System.nanoTime();
        }
    }

    private static Optional<String> mark(MarketChannel market, Instant now) {
        return market.book().midPrice(now, STALE_AFTER);
    }

    private void publish(Instant now) throws Exception {
        if (lastSequence == SEQUENCE_UNKNOWN) {
            lastSequence = publisher.lastSequence();
        }
        List<EventPublisher.Event> events = new ArrayList<>(markets.size());
        List<MarketChannel> without = new ArrayList<>();
        for (MarketChannel market : markets) {
            Optional<String> mark = mark(market, now);
            if (mark.isEmpty()) {
                without.add(market);
            } else {
                events.add(new EventPublisher.Event(
                        lastSequence + events.size() + 1,
                        MarkPriceEvent.newBuilder()
                                .setMarket(market.symbol())
                                .setMarkPrice(mark.get())
                                .setIndexPrice(mark.get())
                                .setMarkTime(Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()))
                                .build()));
            }
        }
        publisher.publish(events);
        lastSequence += events.size();
        unmarked = without;
    }

    @Override
    public void close() {
        thread.close();
    }
}
