package dev.quantdesk.execution.view;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** What waits for one follower of a stream: bounded, and closed for good once it could not take something. Read by one thread. */
final class SubscriberQueue<U> {
    private final BlockingQueue<U> queue;
    private volatile boolean overflowed;

    SubscriberQueue(int capacity) {
        queue = new ArrayBlockingQueue<>(capacity);
    }

    void offer(U update) {
        if (!overflowed && !queue.offer(update)) {
            overflowed = true;
        }
    }

    BlockingQueue<U> updates() {
        return queue;
    }

    /** @throws ApiException with {@link Reason#SLOW_CONSUMER} once something could not be queued and all that was queued is read */
    void checkComplete() {
        if (overflowed && queue.isEmpty()) {
            throw ApiException.refuse(Reason.SLOW_CONSUMER, "The stream fell behind; resume from the last sequence.")
                    .build();
        }
    }
}
