package dev.quantdesk.execution.cluster;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a client talks to the engine: to the node of its process, or through that node's driver to whichever member
 * leads.
 *
 * @param aeronDir the node's, see {@link EngineNodeConfig#aeronDir}
 * @param ingressEndpoints where the members take commands, as {@code 0=HOST:PORT,1=HOST:PORT}; empty when the node of
 *     this process is alone
 * @param host own address, at which replies of another member arrive
 * @param maxPending commands waiting or unanswered at most; more are refused; default 4,096
 * @param answerTimeout how long a sent command may go unanswered before the connection is given up for a new one, on
 *     which it is sent again; default 3 s
 */
public record EngineClientConfig(
        Path aeronDir, String ingressEndpoints, String host, int maxPending, Duration answerTimeout) {
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

    /** For the node of this process, which is alone. */
    public EngineClientConfig(Path aeronDir, int maxPending, Duration answerTimeout) {
        this(aeronDir, "", "", maxPending, answerTimeout);
    }

    /** For the node of this process, with the other members if it is not alone. */
    static EngineClientConfig of(Path aeronDir, EngineMembers members) {
        return members.isAlone()
                ? of(aeronDir)
                : new EngineClientConfig(
                        aeronDir,
                        members.ingressEndpoints(),
                        members.self().host(),
                        DEFAULT_MAX_PENDING,
                        DEFAULT_ANSWER_TIMEOUT);
    }

    boolean isInProcess() {
        return ingressEndpoints.isEmpty();
    }

    public static EngineClientConfig of(Path aeronDir) {
        return new EngineClientConfig(aeronDir, DEFAULT_MAX_PENDING, DEFAULT_ANSWER_TIMEOUT);
    }
}
