package dev.quantdesk.auth.session;

import dev.quantdesk.auth.redis.AuthRedis;
import java.time.Duration;
import java.util.Optional;
import redis.clients.jedis.params.SetParams;

/** Challenges that wait for a signature. Each can be taken once, by one caller, and goes by itself. */
public final class ChallengeStore {
    private static final String KEY = "auth:challenge:";

    private final AuthRedis redis;

    public ChallengeStore(AuthRedis redis) {
        this.redis = redis;
    }

    void put(String nonce, String text, Duration life) {
        redis.call("challenge.put", client -> client.set(KEY + nonce, text, new SetParams().px(life.toMillis())));
    }

    /** The text issued with {@code nonce}, which is forgotten in the same step. */
    Optional<String> take(String nonce) {
        return Optional.ofNullable(redis.call("challenge.take", client -> client.getDel(KEY + nonce)));
    }
}
