package dev.quantdesk.kit.event;

import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.config.Settings;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;

/** Opens Redis connections as every service uses them: pooled, with bounded waits. Calls block: use virtual threads. */
public final class Redis {
    private static final int MAX_CONNECTIONS = 16;
    private static final int SOCKET_TIMEOUT_MS = 2_000;

    private Redis() {}

    public static RedisClient connect(Settings settings) {
        HostAndPort address = settings.address("redis.address");
        String password = settings.text("redis.password");
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(MAX_CONNECTIONS);
        pool.setMaxIdle(MAX_CONNECTIONS);
        pool.setMaxWait(java.time.Duration.ofMillis(SOCKET_TIMEOUT_MS));
        pool.setJmxEnabled(false);
        pool.setTimeBetweenEvictionRuns(java.time.Duration.ofMinutes(1));
        var config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(SOCKET_TIMEOUT_MS)
                .socketTimeoutMillis(SOCKET_TIMEOUT_MS)
                .clientName("quantdesk");
        if (!password.isEmpty()) {
            config.password(password);
        }
        return RedisClient.builder()
                .hostAndPort(address.host(), address.port())
                .clientConfig(config.build())
                .poolConfig(pool)
                .build();
    }
}
