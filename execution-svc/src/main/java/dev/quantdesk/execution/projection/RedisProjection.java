package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.cluster.FollowerSink;
import dev.quantdesk.execution.cluster.SinkResetException;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.kit.event.EventPublisher;
import dev.quantdesk.kit.market.Markets;
import java.util.List;

/** Publishes the engine's events on the stream that the other services follow. Used by one thread. */
public final class RedisProjection implements FollowerSink {
    /** Name of the stream. */
    public static final String STREAM = "execution.events";
    /** Entries that the stream keeps, about. */
    public static final long LENGTH_MAX = 1_000_000;

    private final EventPublisher publisher;
    private final Markets markets;

    public RedisProjection(EventPublisher publisher, Markets markets) {
        this.publisher = publisher;
        this.markets = markets;
    }

    @Override
    public long resumeAfterSequence() {
        return publisher.lastSequence();
    }

    @Override
    public void accept(List<EngineEvent> events) {
        try {
            // The server may have been restarted or emptied since the last batch, which a pooled connection need not
            // notice.
            if (publisher.lastSequence() < events.getFirst().sequence() - 1) {
                throw new SinkResetException("the stream " + STREAM + " has lost events and is filled again");
            }
            publisher.publish(events.stream()
                    .map(event -> new EventPublisher.Event(event.sequence(), EventMapper.map(event, markets)))
                    .toList());
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException("publishing to " + STREAM + " failed", failed);
        }
    }
}
