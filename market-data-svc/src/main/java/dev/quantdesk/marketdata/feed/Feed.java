package dev.quantdesk.marketdata.feed;

/** A source of market data with a thread of its own. */
public interface Feed extends AutoCloseable {
    /** Starts to drive the markets; returns at once. Called once. */
    void start();

    /** Stops and waits a moment for the thread to end. */
    @Override
    void close();
}
