package dev.quantdesk.auth;

import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis and Postgres every two seconds whether they answer, on a thread of its own, for readiness. Postgres has to have
 * answered once: it keeps the delegations, which are read from Redis. Without it grants wait, and orders, cancels and sign-ins go on.
 */
final class Dependencies implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dependencies.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    // A parent that is not sampled, so that the questions leave no traces.
    private static final String UNTRACED_TRACE = "00000000000000000000000000000001";
    private static final String UNTRACED_SPAN = "0000000000000001";

    private final AuthRedis redis;
    private final Database database;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean redisAnswers;
    private boolean postgresAnswers;
    private volatile boolean postgresHasAnswered;

    Dependencies(AuthRedis redis, Database database) {
        this.redis = redis;
        this.database = database;
    }

    Dependencies start() {
        Thread.ofVirtual().name("dependencies").start(this::watch);
        return this;
    }

    boolean redisAnswers() {
        return redisAnswers;
    }

    boolean postgresHasAnswered() {
        return postgresHasAnswered;
    }

    private void watch() {
        try {
            do {
                redisAnswers = said("Redis", redisAnswers, redis.answers());
                postgresAnswers = said("Postgres", postgresAnswers, postgresAnswersNow());
                postgresHasAnswered |= postgresAnswers;
            } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean said(String name, boolean before, boolean now) {
        if (before != now) {
            LOG.info("{} {}", name, now ? "answers" : "does not answer any more");
        }
        return now;
    }

    private boolean postgresAnswersNow() throws InterruptedException {
        try (Scope _ = Telemetry.remote(UNTRACED_TRACE, UNTRACED_SPAN, (byte) 0).makeCurrent()) {
            return database.inTransaction("health", "", _ -> true);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            if (postgresAnswers) {
                LOG.warn("Postgres: {}", failed.getMessage());
            }
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
