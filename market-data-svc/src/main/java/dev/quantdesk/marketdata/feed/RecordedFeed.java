package dev.quantdesk.marketdata.feed;

import dev.quantdesk.marketdata.venue.KrakenFrame;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays a recording at the speed it was received, over and over. At its end the books go back to its snapshots. */
public final class RecordedFeed implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedFeed.class);
    private static final Duration PAUSE_BETWEEN_ROUNDS = Duration.ofMillis(10);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Recording recording;
    private final Map<String, KrakenSession> sessions;
    private final Clock clock;
    private final FeedThread thread = new FeedThread("recorded feed", this::play);

    /** @param sessions by the venue's product; frames of other products are left out */
    public RecordedFeed(Recording recording, Map<String, KrakenSession> sessions, Clock clock) {
        this.recording = recording;
        this.sessions = Map.copyOf(sessions);
        this.clock = clock;
    }

    @Override
    public void start() {
        thread.start();
    }

    private void play() throws InterruptedException {
        while (true) {
            try {
                playOnce();
                sessions.values().forEach(KrakenSession::restart);
                Thread.sleep(PAUSE_BETWEEN_ROUNDS);
            } catch (MalformedFrameException malformed) {
                LOG.error("the recording does not fit its instrument: {}", malformed.getMessage());
                sessions.values().forEach(KrakenSession::disconnected);
                Thread.sleep(PAUSE_AFTER_FAILURE);
            }
        }
    }

    private void playOnce() throws InterruptedException, MalformedFrameException {
        long startNanos = System.nanoTime();
        for (Recording.TimedFrame timed : recording.frames()) {
            long waitNanos = timed.offsetNanos() - (System.nanoTime() - startNanos);
            if (waitNanos > 0) {
                TimeUnit.NANOSECONDS.sleep(waitNanos);
            }
            if (timed.frame() instanceof KrakenFrame.ProductFrame frame) {
                hand(frame);
            }
        }
    }

    private void hand(KrakenFrame.ProductFrame frame) throws MalformedFrameException {
        KrakenSession session = sessions.get(frame.product());
        if (session == null) {
            return;
        }
        FeedMetrics.frame(session.market(), frame.getClass().getSimpleName());
        KrakenSession.Need need = session.accept(frame, clock.instant());
        if (need != KrakenSession.Need.NOTHING) {
            FeedMetrics.gap(session.market(), need);
            LOG.warn("the recording has a gap: {} {}; it goes on with its next round", session.market(), need);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
