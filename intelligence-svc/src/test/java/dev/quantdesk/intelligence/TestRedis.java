package dev.quantdesk.intelligence;

import java.io.IOException;
import java.net.ServerSocket;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** A Redis server of its own on a free port. */
public final class TestRedis implements AutoCloseable {
    private final RedisServer server;
    private final RedisClient client;

    public TestRedis() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = RedisServer.newRedisServer().port(port).build();
        server.start();
        client = RedisClient.create("127.0.0.1", port);
    }

    public RedisClient client() {
        return client;
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.stop();
    }
}
