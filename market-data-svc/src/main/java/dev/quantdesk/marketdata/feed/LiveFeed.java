package dev.quantdesk.marketdata.feed;

import dev.quantdesk.marketdata.venue.KrakenDecoder;
import dev.quantdesk.marketdata.venue.KrakenFrame;
import dev.quantdesk.marketdata.venue.KrakenRequests;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the live venue: connects, subscribes, asks anew for what has a gap, and connects again with growing pauses
 * when the connection breaks, falls silent or sends what can't be read. Between two connections the books are not
 * ready.
 */
public final class LiveFeed implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
    /** Gaps on one connection that are mended by subscribing again; one more ends the connection. */
    private static final int GAPS_MAX = 10;
    /** A connection that lasts this long is sound: the next failure is tried again soon. */
    private static final Duration SOUND_AFTER = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(250);
    /** The venue closes a connection that sends nothing for a minute. */
    private static final Duration PING_EVERY = Duration.ofSeconds(20);

    private final Options options;
    private final Map<String, KrakenSession> sessions;
    private final Clock clock;
    private final WebSocketClient client;
    private final FeedThread thread = new FeedThread("live feed", this::follow);

    /**
     * How to follow the venue.
     *
     * @param url WebSocket address, ws or wss
     * @param silenceMax silence after which the connection counts as dead
     * @param snapshotMax longest wait for a book after subscribing
     * @param pauseMin first pause before connecting again
     * @param pauseMax longest pause before connecting again
     */
    public record Options(
            String url, Duration silenceMax, Duration snapshotMax, Duration pauseMin, Duration pauseMax) {}

    /** @param sessions by the venue's product */
    public LiveFeed(Vertx vertx, Options options, Map<String, KrakenSession> sessions, Clock clock) {
        this.options = options;
        this.sessions = Map.copyOf(sessions);
        this.clock = clock;
        this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxFrameSize(VenueConnection.FRAME_MAX_BYTES)
                .setMaxMessageSize(VenueConnection.FRAME_MAX_BYTES)
                .setConnectTimeout((int) VenueConnection.CONNECT_TIMEOUT.toMillis()));
    }

    @Override
    public void start() {
        thread.start();
    }

    private void follow() throws InterruptedException {
        Backoff backoff = new Backoff(options.pauseMin(), options.pauseMax(), ThreadLocalRandom.current());
        while (true) {
            long openedNanos = System.nanoTime();
            try (VenueConnection connection = VenueConnection.open(client, options.url(), clock)) {
                FeedMetrics.connection();
                new Following(connection).run();
            } catch (VenueConnection.BrokenException | MalformedFrameException broken) {
                if (System.nanoTime() - openedNanos > SOUND_AFTER.toNanos()) {
                    backoff.reset();
                }
                sessions.values().forEach(KrakenSession::disconnected);
                Duration pause = backoff.next();
                LOG.warn("{}: {}; again in {} ms", options.url(), broken.getMessage(), pause.toMillis());
                Thread.sleep(pause);
            }
        }
    }

    /** What happens on one connection. */
    private final class Following {
        private final VenueConnection connection;
        private int gaps;
        private long heardNanos = System.nanoTime();
        private long pingNanos = System.nanoTime();
        private long subscribedNanos = System.nanoTime();

        Following(VenueConnection connection) {
            this.connection = connection;
        }

        void run() throws InterruptedException, VenueConnection.BrokenException, MalformedFrameException {
            connection.send(KrakenRequests.subscribe(KrakenRequests.BOOK, sessions.keySet()));
            connection.send(KrakenRequests.subscribe(KrakenRequests.TRADE, sessions.keySet()));
            connection.send(KrakenRequests.subscribeHeartbeat());
            while (true) {
                VenueConnection.Received received = connection.next(POLL);
                long nowNanos = System.nanoTime();
                if (received != null) {
                    heardNanos = nowNanos;
                    take(received);
                }
                checkTimes(nowNanos);
            }
        }

        private void checkTimes(long nowNanos) throws VenueConnection.BrokenException {
            if (nowNanos - heardNanos > options.silenceMax().toNanos()) {
                throw new VenueConnection.BrokenException(
                        "silent for " + options.silenceMax().toMillis() + " ms");
            }
            boolean waiting = sessions.values().stream().anyMatch(session -> !session.hasBook());
            if (waiting && nowNanos - subscribedNanos > options.snapshotMax().toNanos()) {
                throw new VenueConnection.BrokenException(
                        "no book within " + options.snapshotMax().toMillis() + " ms");
            }
            if (nowNanos - pingNanos > PING_EVERY.toNanos()) {
                pingNanos = nowNanos;
                connection.ping();
            }
        }

        private void take(VenueConnection.Received received)
                throws VenueConnection.BrokenException, MalformedFrameException {
            KrakenFrame frame;
            try {
                frame = KrakenDecoder.decode(received.text());
            } catch (MalformedFrameException malformed) {
                FeedMetrics.frame("", "malformed");
                throw malformed;
            }
            switch (frame) {
                case KrakenFrame.ProductFrame about -> hand(about, received);
                case KrakenFrame.Heartbeat _ -> sessions.values().forEach(s -> s.heard(received.time()));
                case KrakenFrame.Problem problem ->
                    throw new VenueConnection.BrokenException(
                            "the venue says " + problem.event() + ": " + problem.message());
                case KrakenFrame.Unknown unknown -> LOG.debug("frame of unknown kind: {}", unknown.kind());
                case KrakenFrame.Info _, KrakenFrame.SubscriptionChanged _ -> LOG.debug("{}", frame);
            }
        }

        private void hand(KrakenFrame.ProductFrame frame, VenueConnection.Received received)
                throws VenueConnection.BrokenException, MalformedFrameException {
            KrakenSession session = sessions.get(frame.product());
            if (session == null) {
                return;
            }
            FeedMetrics.frame(session.market(), frame.getClass().getSimpleName());
            KrakenSession.Need need = session.accept(frame, received.time());
            if (need == KrakenSession.Need.NOTHING) {
                return;
            }
            FeedMetrics.gap(session.market(), need);
            LOG.warn("gap in the venue's frames of {}: {}", session.market(), need);
            if (++gaps > GAPS_MAX) {
                throw new VenueConnection.BrokenException("more than " + GAPS_MAX + " gaps");
            }
            subscribeAgain(
                    need == KrakenSession.Need.NEW_BOOK ? KrakenRequests.BOOK : KrakenRequests.TRADE,
                    session.product());
        }

        private void subscribeAgain(String feed, String product) throws VenueConnection.BrokenException {
            connection.send(KrakenRequests.unsubscribe(feed, List.of(product)));
            connection.send(KrakenRequests.subscribe(feed, List.of(product)));
            subscribedNanos = System.nanoTime();
        }
    }

    @Override
    public void close() {
        thread.close();
        client.close();
    }
}
