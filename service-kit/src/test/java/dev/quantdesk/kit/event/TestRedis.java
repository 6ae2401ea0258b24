package dev.quantdesk.kit.event;

import dev.quantdesk.kit.config.TestSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.Map;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** A Redis server of the test's own on a free port, which can be stopped and started; it forgets everything when it stops. */
final class TestRedis implements AutoCloseable {
    private final int port;
    private final RedisClient client;
    private RedisServer server;

    TestRedis() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        start();
        client = Redis.connect(TestSettings.load(Map.of("REDIS_ADDRESS", "127.0.0.1:" + port)));
    }

    RedisClient client() {
        return client;
    }

    void start() throws IOException {
        server = RedisServer.newRedisServer()
                .port(port)
                .setting("save \"\"")
                .setting("appendonly no")
                .build();
        server.start();
    }

    void stop() throws IOException {
        server.stop();
    }

    @Override
    public void close() {
        client.close();
        try {
            server.stop();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
