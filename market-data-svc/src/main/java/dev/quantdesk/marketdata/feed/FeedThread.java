package dev.quantdesk.marketdata.feed;

import java.time.Duration;

/** A feed's virtual thread: runs work that ends when it is interrupted. */
final class FeedThread {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Thread thread;

    /** Work that runs until it is interrupted. */
    interface Work {
        void run() throws InterruptedException;
    }

    FeedThread(String name, Work work) {
        this.thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException _) {
                // The way a feed is stopped.
            }
        });
    }

    void start() {
        thread.start();
    }

    void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
