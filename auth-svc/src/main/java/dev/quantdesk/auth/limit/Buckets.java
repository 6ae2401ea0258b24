package dev.quantdesk.auth.limit;

import dev.quantdesk.auth.redis.AuthRedis;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import redis.clients.jedis.UnifiedJedis;

/**
 * Token buckets in Redis, shared by all instances. A bucket goes by itself once it would be full again. Thread-safe.
 */
public final class Buckets {
    private static final Duration KEPT_AFTER_FULL = Duration.ofSeconds(10);

    private final AuthRedis redis;
    private final ProxyManager<byte[]> manager;

    public Buckets(AuthRedis redis) {
        this.redis = redis;
        this.manager = Bucket4jJedis.casBasedBuilder((UnifiedJedis) redis.client())
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_AFTER_FULL))
                .build();
    }

    /** Takes {@code tokens} from the bucket, or none where there are fewer. */
    ConsumptionProbe take(Limits.Counted counted, int tokens) {
        return redis.call("limit.take", _ -> bucket(counted).tryConsumeAndReturnRemaining(tokens));
    }

    /** Tokens that are in the bucket. */
    long left(Limits.Counted counted) {
        return redis.call("limit.left", _ -> bucket(counted).getAvailableTokens());
    }

    private BucketProxy bucket(Limits.Counted counted) {
        Limit limit = counted.limit();
        BucketConfiguration configuration = BucketConfiguration.builder()
                .addLimit(each -> each.capacity(limit.calls()).refillGreedy(limit.calls(), limit.window()))
                .build();
        return manager.getProxy(key(counted), () -> configuration);
    }

    /**
     * The limit's figures stand in the key, so that a changed setting starts a new bucket instead of keeping the old
     * rule.
     */
    private static byte[] key(Limits.Counted counted) {
        Limit limit = counted.limit();
        String key = "auth:limit:" + limit.name() + ":" + limit.calls() + "/"
                + limit.window().toSeconds() + ":" + counted.subject();
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
