package dev.quantdesk.execution.cluster;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a client talks to the node of its process.
 *
 * @param aeronDir the node's, see {@link EngineNodeConfig#aeronDir}
 * @param maxPending commands waiting or unanswered at most; more are refused; default 4,096
 * @param answerTimeout how long a sent command may go unanswered before the connection is given up for a new one, on
 *     which it is sent again; default 3 s
 */
public record EngineClientConfig(Path aeronDir, int maxPending, Duration answerTimeout) {
    public static final int DEFAULT_MAX_PENDING = 4_096;
    public static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(3);

    public EngineClientConfig {
        if (maxPending < 1) {
            throw new IllegalArgumentException("maxPending is " + maxPending);
        }
        if (answerTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("answerTimeout is " + answerTimeout);
        }
    }

    public static EngineClientConfig of(Path aeronDir) {
        return new EngineClientConfig(aeronDir, DEFAULT_MAX_PENDING, DEFAULT_ANSWER_TIMEOUT);
    }
}
