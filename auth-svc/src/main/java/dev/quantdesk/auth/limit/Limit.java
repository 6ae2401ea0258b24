package dev.quantdesk.auth.limit;

import dev.quantdesk.kit.config.Settings.SettingsException;
import java.time.Duration;

/**
 * So many calls in so much time: a bucket that holds {@code calls} tokens and fills evenly within {@code window}.
 *
 * @param name word for the limit in answers and bucket keys
 * @param calls 1 to {@value #MAX_CALLS}
 */
record Limit(String name, int calls, Duration window) {
    static final int MAX_CALLS = 10_000_000;

    Limit {
        if (calls < 1 || calls > MAX_CALLS) {
            throw new SettingsException("limit " + name + " is " + calls + " calls, not 1 to " + MAX_CALLS);
        }
    }
}
