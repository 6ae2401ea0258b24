package dev.quantdesk.execution.projection;

import dev.quantdesk.database.Migrations;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** One real Postgres and one real Redis for all tests of a run, which run one after the other and empty what they use. */
public final class Stores {
    private static final String ROLE_PASSWORD = "execution-test";
    private static final Stores SHARED = new Stores();

    private final EmbeddedPostgres postgres;
    private final RedisServer redis;
    private final Settings settings;
    private final Database reader;
    private final Database writer;
    private final RedisClient redisClient;

    private Stores() {
        try {
            redis = startRedis();
            postgres = EmbeddedPostgres.start();
            Migrations.run("localhost", postgres.getPort(), "postgres", "postgres", ROLE_PASSWORD);
            settings = settings(redis.ports().getFirst(), postgres.getPort());
        } catch (IOException | SQLException failed) {
            throw new IllegalStateException("the test's Postgres or Redis does not start", failed);
        }
        Vertx vertx = Vertx.vertx();
        reader = new Database(vertx, settings, Telemetry.none(), "execution_svc", ROLE_PASSWORD);
        writer = new Database(vertx, settings, Telemetry.none(), "execution_projection", ROLE_PASSWORD);
        redisClient = Redis.connect(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            redisClient.close();
            reader.close();
            writer.close();
            vertx.close().await();
            stop();
        }));
    }

    public static Stores shared() {
        return SHARED;
    }

    private static RedisServer startRedis() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        RedisServer server =
                RedisServer.newRedisServer().port(port).setting("save \"\"").build();
        server.start();
        return server;
    }

    /** Settings come from a file on the class path: this makes one with the ports that were free. */
    private static Settings settings(int redisPort, int postgresPort) throws IOException {
        Path folder = Files.createTempDirectory("settings");
        Path file = folder.resolve("stores.conf");
        Files.writeString(file, """
                redis { address = "127.0.0.1:%d", password = "" }
                postgres { address = "127.0.0.1:%d", database = "quantdesk", user = "", password = "", max_connections = 4 }
                """.formatted(redisPort, postgresPort));
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
            thread.setContextClassLoader(loader);
            return Settings.load("stores");
        } finally {
            thread.setContextClassLoader(usual);
            Files.delete(file);
            Files.delete(folder);
        }
    }

    /** A pool of the role that serves requests. */
    public Database reader() {
        return reader;
    }

    /** A pool of the role that writes the projection. */
    public Database writer() {
        return writer;
    }

    public RedisClient redis() {
        return redisClient;
    }

    /** Empties the order tables and sets the cursor back, as the owner of the database. */
    public Stores emptied() {
        execute(
                "TRUNCATE execution.orders, execution.fills, execution.algo_orders; UPDATE execution.projection_cursor SET sequence = 0");
        redisClient.del(RedisProjection.STREAM);
        return this;
    }

    /** Runs a statement as the owner of the database. */
    void execute(String sql) {
        try (Connection owner = postgres.getDatabase("postgres", "quantdesk").getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    private void stop() {
        try {
            redis.stop();
            postgres.close();
        } catch (IOException failed) {
            System.err.println("the test's Postgres or Redis does not stop: " + failed.getMessage());
        }
    }
}
