package dev.quantdesk.bench;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.Ports;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * {@code PlaceOrder} through Envoy, with signature, risk and journal, beside a health check of the same service through the same
 * Envoy: rounds of the two in turn, so that a machine whose speed drifts slows both. Then the time from fill to confirmation.
 */
final class OrderBench {
    private static final String MARKET = "ADA-PERP";
    private static final int WORKERS = 16;
    private static final int PORT_OFFSET = 6_400;
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);
    private static final String WIDE = "10000000";

    private final Path root;
    private final int rounds;
    private final Duration roundTime;
    private final Duration warmUp;
    private final int settlements;
    private final Consumer<String> progress;
    private final SecureRandom random = new SecureRandom();

    OrderBench(Path root, boolean quick, Consumer<String> progress) {
        this.root = root;
        this.rounds = quick ? 2 : 6;
        this.roundTime = Duration.ofSeconds(quick ? 2 : 5);
        this.warmUp = Duration.ofSeconds(quick ? 30 : 60);
        this.settlements = quick ? 3 : 10;
        this.progress = progress;
    }

    List<Figure> run() throws Exception {
        Map<String, String> limits = Map.of(
                "RATE_LIMIT_PUBLIC_PER_MINUTE", WIDE,
                "RATE_LIMIT_AUTH_PER_15_MINUTES", WIDE,
                "RATE_LIMIT_TRADING_FREE_PER_MINUTE", WIDE,
                // Traces of every order would measure the trace server.
                "OTEL_TRACES_SAMPLER", "always_off");
        Path data = root.resolve(".quantdesk/bench");
        MeshOptions options = new MeshOptions(root, data, new Ports(PORT_OFFSET), "", limits, false);
        List<TraderClient> traders = new ArrayList<>();
        try (Mesh mesh = Mesh.start(options, progress)) {
            for (int i = 0; i < WORKERS; i++) {
                traders.add(trader(mesh));
            }
            return measure(mesh, traders);
        } finally {
            traders.forEach(TraderClient::close);
        }
    }

    private TraderClient trader(Mesh mesh) {
        TraderClient trader = new TraderClient(
                "127.0.0.1", mesh.options().ports().gateway(), KeyPair.generate(random), Telemetry.none());
        trader.signIn();
        trader.requestTestFunds();
        trader.market(MARKET);
        return trader;
    }

    private List<Figure> measure(Mesh mesh, List<TraderClient> traders) throws Exception {
        Load orders = new Load();
        Load checks = new Load();
        progress.accept("warming up");
        new Load().run(WORKERS, warmUp, worker -> place(traders.get(worker)));
        new Load().run(WORKERS, roundTime, worker -> check(traders.get(worker)));
        for (int round = 1; round <= rounds; round++) {
            progress.accept("round " + round + " of " + rounds);
            orders.run(WORKERS, roundTime, worker -> place(traders.get(worker)));
            checks.run(WORKERS, roundTime, worker -> check(traders.get(worker)));
        }
        long[] slots = slotsToConfirmation(mesh, traders.get(0), traders.get(1));
        String peer = String.format("health check through the same Envoy: %.0f/s", checks.perSecond());
        return List.of(
                new Figure("place_order_throughput", orders.perSecond(), "1/s", peer, "none"),
                new Figure("health_check_throughput", checks.perSecond(), "1/s", "itself", "none"),
                new Figure(
                        "place_order_throughput_ratio",
                        orders.perSecond() / checks.perSecond(),
                        "ratio",
                        peer,
                        ">= 0.25"),
                new Figure("place_order_p50", orders.millisAt(50), "ms", latency(checks, 50), "none"),
                new Figure("place_order_p99", orders.millisAt(99), "ms", latency(checks, 99), "none"),
                new Figure("health_check_p50", checks.millisAt(50), "ms", "itself", "none"),
                new Figure("health_check_p99", checks.millisAt(99), "ms", "itself", "none"),
                new Figure("fill_to_confirmation_median", slots[slots.length / 2], "slots", "slots of 400 ms", "none"),
                new Figure("fill_to_confirmation_max", slots[slots.length - 1], "slots", "slots of 400 ms", "none"));
    }

    private static String latency(Load peer, double percentile) {
        return String.format("health check p%.0f: %.2f ms", percentile, peer.millisAt(percentile));
    }

    /** An order that passes every check, is journalled, and finds no counterparty: the books stay as they are. */
    private static void place(TraderClient trader) {
        trader.orders()
                .placeOrder(trader.limitOrder(
                                MARKET, Side.SIDE_BUY, "0.05", "10", TimeInForce.TIME_IN_FORCE_IOC, trader.wallet())
                        .build());
    }

    private static void check(TraderClient trader) {
        HealthGrpc.newBlockingStub(trader.channel())
                .withDeadlineAfter(TraderClient.CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .check(HealthCheckRequest.newBuilder()
                        .setService("quantdesk.execution.v1.OrderService")
                        .build());
    }

    /** Slots from the acknowledgement of a filled order to the slot its transaction was confirmed in, sorted. */
    private long[] slotsToConfirmation(Mesh mesh, TraderClient maker, TraderClient taker) throws Exception {
        progress.accept(settlements + " fills to their confirmation");
        long[] slots = new long[settlements];
        for (int i = 0; i < settlements; i++) {
            maker.orders().placeOrder(order(maker, Side.SIDE_BUY, TimeInForce.TIME_IN_FORCE_GTC));
            Order filled = taker.orders()
                    .placeOrder(order(taker, Side.SIDE_SELL, TimeInForce.TIME_IN_FORCE_IOC))
                    .getOrder();
            long slot = slot(mesh.options().solanaRpcUrl());
            slots[i] = Math.max(0, confirmedSlot(taker, filled.getOrderId()) - slot);
        }
        Arrays.sort(slots);
        return slots;
    }

    private static PlaceOrderRequest order(TraderClient trader, Side side, TimeInForce timeInForce) {
        return trader.limitOrder(MARKET, side, "0.06", "10", timeInForce, trader.wallet())
                .build();
    }

    private static long confirmedSlot(TraderClient trader, String orderId) throws InterruptedException {
        long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            Order order = trader.orders()
                    .getOrder(GetOrderRequest.newBuilder().setOrderId(orderId).build())
                    .getOrder();
            if (order.getStatus() == OrderStatus.ORDER_STATUS_SETTLED) {
                return order.getFills(0).getSlot();
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(
                "order " + orderId + " was not settled within " + SETTLE_TIMEOUT.toSeconds() + " s");
    }

    private static long slot(String rpc) throws IOException, InterruptedException {
        String request =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getSlot\",\"params\":[{\"commitment\":\"processed\"}]}";
        try (HttpClient http = HttpClient.newHttpClient()) {
            return new JsonObject(http.send(
                                    HttpRequest.newBuilder(URI.create(rpc))
                                            .header("content-type", "application/json")
                                            .POST(HttpRequest.BodyPublishers.ofString(request))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body())
                    .getLong("result");
        }
    }
}
