package dev.quantdesk.mesh.testing;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.Ports;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.trace.TraceServer;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The one mesh that all end-to-end tests share: real parts, a data directory of its own, limits out of the way. */
public final class TestMesh {
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int PORT_OFFSET = 6_000;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static Mesh mesh;

    private TestMesh() {}

    /** The running mesh, started at the first call and stopped with the JVM. */
    public static synchronized Mesh get() {
        if (mesh == null) {
            try {
                MeshOptions options = options("shared", PORT_OFFSET, true);
                mesh = Mesh.start(options, line -> System.out.println("[mesh] " + line));
                Runtime.getRuntime().addShutdownHook(new Thread(mesh::close));
            } catch (Exception failed) {
                throw new IllegalStateException("the test mesh does not start: " + failed.getMessage(), failed);
            }
        }
        return mesh;
    }

    /** Options for a mesh with an empty data directory. */
    public static MeshOptions options(String name, int portOffset, boolean houseLiquidity) throws IOException {
        Path data = root().resolve("local-mesh/target/meshes").resolve(name);
        delete(data);
        Map<String, String> settings = Map.of(
                // ADA-PERP is left to the tests' own traders.
                "HOUSE_MARKETS", "BTC-PERP,ETH-PERP,SOL-PERP",
                "RATE_LIMIT_PUBLIC_PER_MINUTE", "1000000",
                "RATE_LIMIT_AUTH_PER_15_MINUTES", "1000000",
                "RATE_LIMIT_TRADING_FREE_PER_MINUTE", "1000000",
                "RATE_LIMIT_TRADING_PRO_PER_MINUTE", "1000000",
                "RATE_LIMIT_TRADING_MARKET_MAKER_PER_MINUTE", "1000000");
        return new MeshOptions(root(), data, new Ports(portOffset), "", settings, houseLiquidity);
    }

    /** The checkout. */
    public static Path root() {
        return Path.of(System.getProperty("quantdesk.root")).toAbsolutePath().normalize();
    }

    /** Waits until every part is healthy again. */
    public static void awaitHealthy() throws Exception {
        get().awaitHealthy(RECOVERY);
    }

    /** A new trader with test funds, signed in. */
    public static TraderClient fundedTrader() {
        TraderClient trader = trader();
        trader.signIn();
        trader.requestTestFunds();
        return trader;
    }

    /** A new trader, not signed in. */
    public static TraderClient trader() {
        return trader(KeyPair.generate(RANDOM));
    }

    /** A trader with that wallet, who calls again while the mesh says that the call may pass later. */
    public static TraderClient trader(KeyPair wallet) {
        return trader(get().options(), wallet);
    }

    /** The same at another mesh. */
    public static TraderClient trader(MeshOptions options, KeyPair wallet) {
        return new TraderClient("localhost", options.ports().gateway(), wallet, Telemetry.none(), new Repeating());
    }

    /** The trader again, with the same session and a connection of its own, who takes the first answer to each call. */
    public static TraderClient impatient(TraderClient trader) {
        TraderClient client =
                new TraderClient("localhost", get().options().ports().gateway(), trader.wallet(), Telemetry.none());
        client.useToken(trader.token());
        return client;
    }

    /** Cancels what the trader has in the books, so that the next test finds them empty, and ends its connection. */
    public static void leave(TraderClient trader) {
        var orders = trader.orderStreams()
                .withDeadlineAfter(TraderClient.CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .streamOrders(StreamOrdersRequest.getDefaultInstance());
        for (Order order : orders.next().getSnapshot().getOrdersList()) {
            trader.orders()
                    .cancelOrder(CancelOrderRequest.newBuilder()
                            .setOrderId(order.getOrderId())
                            .build());
        }
        trader.close();
    }

    public static TraceServer traces() {
        return new TraceServer(get().options().tracePage());
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
