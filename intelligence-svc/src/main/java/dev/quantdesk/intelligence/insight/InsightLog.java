package dev.quantdesk.intelligence.insight;

import dev.quantdesk.intelligence.stream.Fanout;
import dev.quantdesk.kit.event.EventConsumer;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.intelligence.v1.Insight;
import java.util.List;
import redis.clients.jedis.RedisClient;

/** The insights that Redis keeps, held in memory and followed, for any number of readers. Thread-safe. */
public final class InsightLog implements AutoCloseable {
    /** Insights that a new reader is given. */
    public static final int RECENT_MAX = 100;

    private final Fanout<Insight> insights = new Fanout<>(InsightPublisher.STREAM_MAX);
    private final EventConsumer<Insight> consumer;
    private volatile boolean everRead;

    public InsightLog(RedisClient redis) {
        this.consumer = EventConsumer.start(redis, InsightPublisher.STREAM, Insight.parser(), new Taking());
    }

    /** Takes over what the stream holds; used by the consumer's thread. */
    private final class Taking implements EventConsumer.Handler<Insight> {
        private long last;

        @Override
        public long lastSequence() {
            return last;
        }

        @Override
        public void accept(List<EventConsumer.Sequenced<Insight>> events) {
            for (EventConsumer.Sequenced<Insight> event : events) {
                if (event.sequence() != last + 1) {
                    // What is kept must be contiguous, or a reader that resumes would miss the hole.
                    insights.clear();
                }
                insights.publish(event.event());
                last = event.sequence();
            }
        }

        @Override
        public long onGap(long lastSequence, long firstAvailable) {
            return firstAvailable - 1;
        }
    }

    /** Whether the stream has been read since the start; stays true when Redis fails later. */
    public boolean hasEverBeenRead() {
        everRead = everRead || consumer.isLive();
        return everRead;
    }

    /**
     * Adds a reader. Its backlog holds the insights after {@code resumeFrom}, or the most recent ones when that is 0.
     *
     * @throws ApiException with {@link Reason#RESUME_EXPIRED} when insights after {@code resumeFrom} are no longer
     *     kept, and {@link Reason#UPSTREAM_UNAVAILABLE} while the stream has not been read
     */
    public Fanout<Insight>.Subscription subscribe(long resumeFrom) {
        if (!hasEverBeenRead()) {
            throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "The insights can't be read yet.")
                    .build();
        }
        return insights.subscribe(kept -> backlog(kept, resumeFrom));
    }

    private static List<Insight> backlog(List<Insight> kept, long resumeFrom) {
        if (resumeFrom == 0) {
            return kept.subList(Math.max(0, kept.size() - RECENT_MAX), kept.size());
        }
        long first = kept.isEmpty() ? 1 : kept.getFirst().getSequence();
        long last = kept.isEmpty() ? 0 : kept.getLast().getSequence();
        if (resumeFrom + 1 < first || resumeFrom > last) {
            throw ApiException.refuse(
                            Reason.RESUME_EXPIRED, "Insights after " + resumeFrom + " are not kept; start anew with 0.")
                    .with("first_sequence", Long.toString(first))
                    .with("last_sequence", Long.toString(last))
                    .build();
        }
        return kept.stream()
                .filter(insight -> insight.getSequence() > resumeFrom)
                .toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
