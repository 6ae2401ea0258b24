package dev.quantdesk.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.config.HostAndPort;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.ListPositionsResponse;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcClient;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Backends;
import dev.quantdesk.risk.support.Identities;
import dev.quantdesk.risk.support.Streams;
import dev.quantdesk.risk.support.Streams.Order;
import dev.quantdesk.risk.support.TestMarkets;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own, as operators run it. */
@Timeout(180)
class KilledProcessTest {
    private static final PublicKey MAKER = TestMarkets.account(1);
    private static final PublicKey TAKER = TestMarkets.account(2);
    private static final int TRADES = 300;

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private Backends backends;
    private Identities identities;
    private Streams streams;
    private int grpcPort;
    private int httpPort;
    private Process process;

    @BeforeEach
    void prepare() throws Exception {
        backends = Backends.empty();
        identities = new Identities();
        streams = new Streams(backends.redis(), "SOL-PERP", 1_700_000_000);
        grpcPort = Backends.freePort();
        httpPort = Backends.freePort();
        Files.writeString(directory.resolve("keys.json"), identities.keySet());
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            kill();
        }
        http.close();
        vertx.close();
    }

    private void start(String... variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.quantdesk.risk.Main");
        builder.environment().putAll(backends.environment());
        builder.environment().put("GRPC_PORT", Integer.toString(grpcPort));
        builder.environment().put("HTTP_PORT", Integer.toString(httpPort));
        builder.environment()
                .put("IDENTITY_KEY_SET_FILE", directory.resolve("keys.json").toString());
        for (int variable = 0; variable < variables.length; variable += 2) {
            builder.environment().put(variables[variable], variables[variable + 1]);
        }
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private Path log() {
        return directory.resolve("risk-svc.log");
    }

    private void awaitReady() throws Exception {
        Await.until(
                "ready:\n" + Files.readString(log()),
                () -> process.isAlive() && get("/ready").contains("READY\""));
    }

    /** The body of a page, or an empty text where it is not 200. */
    private String get(String path) throws InterruptedException {
        try {
            HttpResponse<String> page = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return page.statusCode() == 200 ? page.body() : "";
        } catch (IOException _) {
            return "";
        }
    }

    /** As {@code kill -9} does. */
    private void kill() throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    }

    private void trade(int number) throws Exception {
        Order ask = new Order(2L * number + 1, MAKER, Side.SIDE_SELL, Integer.toString(100 + number % 7), "1");
        Order bid = new Order(2L * number + 2, TAKER, Side.SIDE_BUY, "200", "1");
        streams.accepted(ask, "");
        streams.accepted(bid, "");
        streams.matched(ask, "0", bid, "0", "1");
    }

    private ListPositionsResponse positions(RpcClient client, PublicKey trader) throws InterruptedException {
        return client.call(
                VxRiskServiceGrpcClient.ListPositions,
                ListPositionsRequest.getDefaultInstance(),
                identities.trader(trader),
                Duration.ofSeconds(5));
    }

    @Test
    void shouldLoseAndDoubleNothingWhenKilledAmidEvents() throws Exception {
        streams.mark("100");
        start();
        for (int number = 0; number < TRADES; number++) {
            trade(number);
            if (number % 100 == 50) {
                Await.until(
                        "something is stored",
                        () -> !backends.rows("SELECT 1 FROM risk.event_cursors").isEmpty());
                kill();
                start();
            }
        }
        awaitReady();

        try (RpcClient client = new RpcClient(vertx, new HostAndPort("127.0.0.1", grpcPort), Telemetry.none())) {
            Await.untilEquals(3L * TRADES, () -> positions(client, MAKER).getSequence());
            long notional = 0;
            for (int number = 0; number < TRADES; number++) {
                notional += 100 + number % 7;
            }
            assertEquals("-300", positions(client, MAKER).getPositions(0).getSize());
            assertEquals("300", positions(client, TAKER).getPositions(0).getSize());
            assertEquals(
                    Long.toString(notional - 100L * TRADES),
                    positions(client, MAKER).getPositions(0).getUnrealizedPnl());
        }
        assertTrue(get("/metrics").contains("risk_accounts_trusted 1.0"));
        assertEquals(List.of("0"), backends.rows("SELECT count(*) FROM risk.open_orders"));
    }

    @Test
    void shouldStopInOrderWhenAsked() throws Exception {
        start();
        awaitReady();

        process.destroy();

        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still runs 20 s after SIGTERM");
        assertTrue(Files.readString(log()).contains("risk-svc stops"));
    }

    @Test
    void shouldSayWhyItCanNotStart() throws Exception {
        start("MARGIN_RESERVATION_LIFE", "1s");

        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertTrue(Files.readString(log()).contains("margin.reservation_life is PT1S, not from PT10S to PT1H"));
    }
}
