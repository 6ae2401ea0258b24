package dev.quantdesk.auth.redis;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** Redis for blocking callers on virtual threads. Waits are bounded by the client's socket time-out. Thread-safe. */
public final class AuthRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthRedis.class);

    private final RedisClient client;
    private final Telemetry telemetry;

    public AuthRedis(RedisClient client, Telemetry telemetry) {
        this.client = client;
        this.telemetry = telemetry;
    }

    /**
     * Runs {@code work} in a span of its own.
     *
     * @param operation short name for the trace, such as "session.find"
     * @throws ApiException with {@link Reason#UPSTREAM_UNAVAILABLE} when Redis did not answer or refused the command
     */
    public <T> T call(String operation, Function<RedisClient, T> work) {
        try {
            return telemetry.inSpan(
                    "redis " + operation,
                    SpanKind.CLIENT,
                    Map.of("db.system.name", "redis", "db.operation.name", operation),
                    () -> work.apply(client));
        } catch (JedisException failed) {
            LOG.warn("Redis failed at {}: {}", operation, failed.getMessage());
            throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "The session store did not answer.")
                    .with("store", "redis")
                    .build();
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception impossible) {
            throw new IllegalStateException("a Function throws no checked exception", impossible);
        }
    }

    /** For a library that sends its own commands; whatever it sends has to run inside {@link #call}. */
    public RedisClient client() {
        return client;
    }

    /** Whether Redis answers now. Blocks for at most the socket time-out; leaves no span. */
    public boolean answers() {
        try {
            return "PONG".equals(client.ping());
        } catch (JedisException _) {
            return false;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
