package dev.quantdesk.risk.events;

import dev.quantdesk.kit.event.EventConsumer;
import dev.quantdesk.kit.event.EventConsumer.Sequenced;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.proto.marketdata.v1.MarkPriceEvent;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * Follows the mark prices. The stream is short (about a thousand entries), so a start reads it from its beginning and
 * has every market's latest mark at once. Only the latest matters: gaps do not.
 */
final class MarkFollower implements AutoCloseable {
    static final String STREAM = "marketdata.marks";

    private static final Logger LOG = LoggerFactory.getLogger(MarkFollower.class);

    private final RedisClient redis;
    private final StreamProbe<MarkPriceEvent> probe;
    private final Markets markets;
    private final MarkBoard board;
    private final Clock clock;
    private final Handler handler = new Handler();
    private volatile long sequence;
    private volatile EventConsumer<MarkPriceEvent> consumer;

    MarkFollower(RedisClient redis, Markets markets, MarkBoard board, Clock clock) {
        this.redis = redis;
        this.probe = new StreamProbe<>(redis, STREAM, MarkPriceEvent.parser());
        this.markets = markets;
        this.board = board;
        this.clock = clock;
    }

    void start() {
        consumer = EventConsumer.start(redis, STREAM, MarkPriceEvent.parser(), handler);
    }

    /** Starts over when the stream did. Called about once a second. */
    void check() {
        if (probe.lastSequence() < sequence) {
            LOG.warn("{} has begun anew", STREAM);
            consumer.close();
            sequence = 0;
            start();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void take(MarkPriceEvent event) {
        Optional<Market> market = markets.bySymbol(event.getMarket());
        if (market.isEmpty()) {
            LOG.warn("a mark price of a market that is not known here: '{}'", event.getMarket());
            return;
        }
        try {
            long ticks = market.get().ticks(event.getMarkPrice());
            if (ticks <= 0 || ticks > market.get().maxPriceTicks()) {
                throw new ArithmeticException("out of range");
            }
            long taken = Math.addExact(
                    Math.multiplyExact(event.getMarkTime().getSeconds(), 1_000L),
                    event.getMarkTime().getNanos() / 1_000_000);
            board.put(market.get(), ticks, taken, clock.millis());
        } catch (ArithmeticException | NumberFormatException wrong) {
            LOG.warn("a mark price that is no price of {}: '{}'", event.getMarket(), event.getMarkPrice());
        }
    }

    /** Called by the consumer's thread. */
    private final class Handler implements EventConsumer.Handler<MarkPriceEvent> {
        @Override
        public long lastSequence() {
            return sequence;
        }

        @Override
        public void accept(List<Sequenced<MarkPriceEvent>> events) {
            events.forEach(event -> take(event.event()));
            sequence = events.getLast().sequence();
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            return firstAvailable - 1;
        }
    }
}
