package dev.quantdesk.execution.engine;

/** Takes the engine's events in sequence order, on the engine's thread. Must not throw. */
@FunctionalInterface
public interface EventSink {
    void onEvent(EngineEvent event);
}
