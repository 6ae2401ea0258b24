package dev.quantdesk.auth;

import dev.quantdesk.database.Migrations;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.SQLException;
import redis.embedded.RedisServer;

/** One real Redis and one real Postgres for all tests of a run; tests use keys of their own and so don't meet. */
final class Backends {
    static final String ROLE_PASSWORD = "auth-test";

    private static final Backends SHARED = new Backends();

    final int redisPort;
    final int postgresPort;

    private Backends() {
        try {
            RedisServer redis = startRedis();
            EmbeddedPostgres postgres = EmbeddedPostgres.start();
            Migrations.run("localhost", postgres.getPort(), "postgres", "postgres", ROLE_PASSWORD);
            this.redisPort = redis.ports().getFirst();
            this.postgresPort = postgres.getPort();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(redis, postgres)));
        } catch (IOException | SQLException failed) {
            throw new IllegalStateException("the test's Redis or Postgres does not start", failed);
        }
    }

    static Backends shared() {
        return SHARED;
    }

    static RedisServer startRedis() throws IOException {
        RedisServer redis = RedisServer.newRedisServer()
                .port(freePort())
                .setting("save \"\"")
                .build();
        redis.start();
        return redis;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static void stop(RedisServer redis, EmbeddedPostgres postgres) {
        try {
            redis.stop();
            postgres.close();
        } catch (IOException failed) {
            System.err.println("the test's Redis or Postgres does not stop: " + failed.getMessage());
        }
    }
}
