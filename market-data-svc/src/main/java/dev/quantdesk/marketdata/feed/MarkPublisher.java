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
 * Publishes each market's mark price once a second while its book is live. A mark that can't be published is dropped:
 * the next one replaces it.
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

    private final List<MarketChannel> markets;
    private final EventPublisher publisher;
    private final Duration interval;
    private final Clock clock;
    private final FeedThread thread = new FeedThread("mark publisher", this::run);
    private long lastSequence = SEQUENCE_UNKNOWN;
    private boolean failing;

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
            Thread.sleep(interval);
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
        }
    }

    private void publish(Instant now) throws Exception {
        if (lastSequence == SEQUENCE_UNKNOWN) {
            lastSequence = publisher.lastSequence();
        }
        List<EventPublisher.Event> events = new ArrayList<>(markets.size());
        for (MarketChannel market : markets) {
            Optional<String> mark = market.book().midPrice(now, STALE_AFTER);
            if (mark.isPresent()) {
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
    }

    @Override
    public void close() {
        thread.close();
    }
}
