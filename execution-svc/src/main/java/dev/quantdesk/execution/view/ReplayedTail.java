package dev.quantdesk.execution.view;

import dev.quantdesk.execution.engine.EngineEvent;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The latest events of a replay, held back until it is over or they are no longer among the latest: what a view would make of
 * each change for its streams need only be made of those. One thread.
 */
final class ReplayedTail {
    private final int lengthMax;
    private final ArrayDeque<EngineEvent> events = new ArrayDeque<>();

    ReplayedTail(int lengthMax) {
        this.lengthMax = lengthMax;
    }

    /** @param pushedOut takes the event that this one pushes out, if any */
    void add(EngineEvent event, Consumer<EngineEvent> pushedOut) {
        events.add(event);
        if (events.size() > lengthMax) {
            pushedOut.accept(events.remove());
        }
    }

    /** Hands over what is held back, oldest first. */
    void drain(Consumer<EngineEvent> to) {
        while (!events.isEmpty()) {
            to.accept(events.remove());
        }
    }

    void clear() {
        events.clear();
    }
}
