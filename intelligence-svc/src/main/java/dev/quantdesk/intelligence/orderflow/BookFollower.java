package dev.quantdesk.intelligence.orderflow;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.marketdata.v1.OrderBookUpdate;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.StreamOrderBookResponse;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcClient;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one market's order book at market-data-svc on a thread of its own and reports the order flow of each
 * second. A stream that breaks is resumed after the last sequence; a copy that fails its check is fetched anew.
 */
public final class BookFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BookFollower.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** How long an interval stays open for changes on their way after it has ended. */
    private static final Duration GRACE = Duration.ofMillis(250);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Counter BREAKS = Counter.builder()
            .name("intelligence_book_breaks_total")
            .help("Broken order book streams, by market and cause.")
            .labelNames("market", "cause")
            .register();

    private final String market;
    private final RpcClient client;
    private final Supplier<String> identityTokens;
    private final Options options;
    private final Clock clock;
    private final Consumer<OrderFlow> reports;
    private final BookReplica replica = new BookReplica();
    private final OrderFlowMeter meter;
    private final Thread thread;
    private Duration pause;
    private boolean failing;
    private volatile boolean everFollowed;

    /**
     * How to follow.
     *
     * @param openTimeout longest wait for a stream to open
     * @param silenceMax silence after which a stream counts as dead
     * @param pauseMin first pause before opening it again
     * @param pauseMax longest pause before opening it again
     */
    public record Options(Duration openTimeout, Duration silenceMax, Duration pauseMin, Duration pauseMax) {}

    /**
     * @param identityTokens gives a fresh token for each stream
     * @param reports takes each interval; called on the follower's thread, must not block
     */
    public BookFollower(
            String market,
            RpcClient client,
            Supplier<String> identityTokens,
            Options options,
            Clock clock,
            Consumer<OrderFlow> reports) {
        this.market = market;
        this.client = client;
        this.identityTokens = identityTokens;
        this.options = options;
        this.clock = clock;
        this.reports = reports;
        this.meter = new OrderFlowMeter(market);
        this.pause = options.pauseMin();
        this.thread = Thread.ofVirtual().name("follow " + market).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether a book has arrived since the start; stays true when the stream breaks later. */
    public boolean hasEverFollowed() {
        return everFollowed;
    }

    private void run() {
        try {
            while (true) {
                try {
                    follow();
                } catch (ApiException broken) {
                    note(broken.reason(), broken.getMessage());
                } catch (BookReplica.OutOfStepException differs) {
                    note("OUT_OF_STEP", differs.getMessage());
                }
                Thread.sleep(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(options.pauseMax()) < 0 ? doubled : options.pauseMax();
            }
        } catch (InterruptedException _) {
            // The way a follower is stopped.
        }
    }

    private void note(String cause, String message) {
        BREAKS.labelValues(market, cause).inc();
        if (failing) {
            LOG.debug("order book stream of {}: {}; again in {} ms", market, message, pause.toMillis());
        } else {
            LOG.warn("order book stream of {}: {}; tried again until it works", market, message);
        }
        failing = true;
    }

    private void noteWorking() {
        if (failing) {
            LOG.info("order book stream of {} works again", market);
        }
        failing = false;
        pause = options.pauseMin();
    }

    private void follow() throws InterruptedException, BookReplica.OutOfStepException {
        StreamOrderBookRequest request = StreamOrderBookRequest.newBuilder()
                .setMarket(market)
                .setResumeFromSequence(replica.sequence())
                .setEpoch(replica.epoch())
                .build();
        try (var stream = client.stream(
                VxMarketDataServiceGrpcClient.StreamOrderBook, request, identityTokens.get(), options.openTimeout())) {
            long heardNanos = System.nanoTime();
            while (true) {
                StreamOrderBookResponse step = stream.next(POLL);
                if (step != null) {
                    heardNanos = System.nanoTime();
                    take(step);
                } else if (System.nanoTime() - heardNanos > options.silenceMax().toNanos()) {
                    note("SILENT", "silent for " + options.silenceMax().toMillis() + " ms");
                    return;
                }
                meter.advance(clock.instant().minus(GRACE)).ifPresent(reports);
            }
        }
    }

    private void take(StreamOrderBookResponse step) throws BookReplica.OutOfStepException {
        switch (step.getStepCase()) {
            case SNAPSHOT -> {
                OrderBook book = step.getSnapshot();
                replica.replace(book);
                Optional<BestQuote> quote = replica.best();
                if (quote.isEmpty()) {
                    meter.quoteLost();
                } else {
                    meter.restart(quote.get(), book.getQuantityUnit(), book.getSequence(), time(book.getReceiveTime()));
                }
                everFollowed = true;
            }
            case UPDATE -> {
                OrderBookUpdate update = step.getUpdate();
                replica.apply(update);
                // Not after a snapshot: one that never passes its check must not be fetched without a pause.
                noteWorking();
                Optional<BestQuote> quote = replica.best();
                if (quote.isEmpty()) {
                    meter.quoteLost();
                } else {
                    meter.observe(quote.get(), update.getSequence(), time(update.getReceiveTime()))
                            .ifPresent(reports);
                }
            }
            // A step of a later version of the contract: without it the copy can't be whole.
            case STEP_NOT_SET -> throw new BookReplica.OutOfStepException("a message without a step");
        }
    }

    private static Instant time(com.google.protobuf.Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
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
