package dev.quantdesk.mesh.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.MeshService;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.Position;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills parts of the order engine during a stream of orders, again and again. No acknowledged order is lost, none is placed
 * twice, every fill counts once, is projected once and settled once. The number of rounds is the property
 * {@code quantdesk.kill.rounds}.
 */
public final class KillRun {
    /** Time that a run may take, in seconds. */
    public static final long SECONDS_MAX = 120 + 60L * 100;

    private static final int ROUNDS = Integer.getInteger("quantdesk.kill.rounds", 2);
    private static final String MARKET = "ADA-PERP";
    private static final String PRICE = "0.05";
    private static final String QUANTITY = "10";
    private static final int ORDERS_BETWEEN = 30;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration RECOVERY = Duration.ofSeconds(120);
    private static final Duration SETTLEMENT = Duration.ofSeconds(180);

    private final Mesh mesh;
    private final EngineCluster cluster;

    private KillRun(Mesh mesh, EngineCluster cluster) {
        this.mesh = mesh;
        this.cluster = cluster;
    }

    /** An order that was acknowledged, and read back. */
    private record Acknowledged(String orderId, boolean traded, long endNanos) {}

    /** Two traders who trade with each other, in turn in one direction and the other, and note what is acknowledged. */
    private final class Traders implements Runnable {
        final TraderClient maker = funded();
        final TraderClient taker = funded();
        final Map<String, Acknowledged> ofMaker = new ConcurrentHashMap<>();
        final Map<String, Acknowledged> ofTaker = new ConcurrentHashMap<>();
        volatile boolean stopped;

        Traders() throws InterruptedException {}

        @Override
        public void run() {
            try {
                for (int turn = 0; !stopped; turn++) {
                    Side side = turn % 2 == 0 ? Side.SIDE_BUY : Side.SIDE_SELL;
                    Side other = turn % 2 == 0 ? Side.SIDE_SELL : Side.SIDE_BUY;
                    place(maker, side, PRICE, TimeInForce.TIME_IN_FORCE_GTC, true, ofMaker);
                    place(taker, other, PRICE, TimeInForce.TIME_IN_FORCE_IOC, true, ofTaker);
                    Order resting = place(maker, Side.SIDE_BUY, "0.01", TimeInForce.TIME_IN_FORCE_GTC, false, ofMaker);
                    Order cancelled = Persistent.untilAnswered(() -> maker.orders()
                            .cancelOrder(CancelOrderRequest.newBuilder()
                                    .setOrderId(resting.getOrderId())
                                    .build())
                            .getOrder());
                    assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, cancelled.getStatus());
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }

        private Order place(
                TraderClient trader,
                Side side,
                String price,
                TimeInForce timeInForce,
                boolean traded,
                Map<String, Acknowledged> acknowledged)
                throws InterruptedException {
            PlaceOrderRequest request = trader.limitOrder(MARKET, side, price, QUANTITY, timeInForce, trader.wallet())
                    .build();
            Order order = Persistent.untilAnswered(
                    () -> trader.orders().placeOrder(request).getOrder());
            // What was acknowledged can be read, whichever instance answers.
            Order read = Persistent.untilAnswered(() -> trader.orders()
                    .getOrder(GetOrderRequest.newBuilder()
                            .setClientOrderId(request.getClientOrderId())
                            .build())
                    .getOrder());
            assertEquals(order.getOrderId(), read.getOrderId());
            assertNull(acknowledged.put(
                    request.getClientOrderId(), new Acknowledged(order.getOrderId(), traded, System.nanoTime())));
            return order;
        }

        int count() {
            return ofMaker.size() + ofTaker.size();
        }

        List<Acknowledged> all() {
            List<Acknowledged> all = new ArrayList<>(ofMaker.values());
            all.addAll(ofTaker.values());
            return all;
        }
    }

    /** Chooses what is killed in a round, and kills it. */
    public interface Victim {
        Outcome kill(Mesh mesh, EngineCluster cluster) throws Exception;
    }

    /** What has to hold once orders are acknowledged again. */
    public interface Outcome {
        /** @return what was killed, and what became of it, for the log of the run */
        String check() throws Exception;
    }

    /** Kills one member of the engine, without a warning. */
    public static void kill(Mesh mesh, int member) {
        long pid = mesh.part(MeshService.EXECUTION.processName(member)).pid();
        assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
    }

    /** Runs a mesh with so many members, and kills in each of {@link #ROUNDS} rounds. */
    public static void run(String name, int portOffset, int members, Victim victim) throws Exception {
        MeshOptions options = TestMesh.options(name, portOffset, false).withEngineMembers(members);
        try (Mesh mesh = Mesh.start(options, line -> System.out.println("[mesh] " + line))) {
            new KillRun(mesh, new EngineCluster(options)).run(victim);
        }
    }

    private void run(Victim victim) throws Exception {
        Traders traders = new Traders();
        TraderClient streaming = funded();
        StreamTrader stream = new StreamTrader(streaming, () -> unfilled(streaming));
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<?> trading = threads.submit(traders);
            Future<?> onStream = threads.submit(stream);
            List<Long> gaps = new ArrayList<>();
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    gaps.add(kill(round, victim, traders, trading));
                    assertTrue(
                            onStream.state() != Future.State.FAILED,
                            () -> onStream.exceptionNow().toString());
                }
            } finally {
                traders.stopped = true;
                stream.stop();
            }
            trading.get();
            onStream.get(RECOVERY.toSeconds(), TimeUnit.SECONDS);
            gaps.sort(null);
            System.out.printf(
                    "%d rounds: answered again after %d ms (median), %d ms (most)%n",
                    ROUNDS, gaps.get(ROUNDS / 2), gaps.getLast());
            check(traders, stream);
        } finally {
            List.of(traders.maker, traders.taker, streaming).forEach(TraderClient::close);
        }
    }

    /** Rests nowhere and meets nobody, so that it changes nothing but the count of orders. */
    private static PlaceOrderRequest unfilled(TraderClient trader) {
        return trader.limitOrder(
                        MARKET, Side.SIDE_BUY, "0.01", QUANTITY, TimeInForce.TIME_IN_FORCE_IOC, trader.wallet())
                .build();
    }

    /** @return the longest time without an acknowledgement after the death, milliseconds */
    private long kill(int round, Victim victim, Traders traders, Future<?> trading) throws Exception {
        mesh.awaitHealthy(RECOVERY);
        awaitOrders(traders, trading, traders.count() + ORDERS_BETWEEN);
        long killed = System.nanoTime();
        Outcome outcome = victim.kill(mesh, cluster);
        awaitOrders(traders, trading, traders.count() + ORDERS_BETWEEN);
        long gap = longestSilence(traders, killed);
        String done = outcome.check();
        mesh.awaitHealthy(RECOVERY);
        System.out.printf("round %d: %s, %d ms without an acknowledgement%n", round, done, gap);
        return gap;
    }

    private static long longestSilence(Traders traders, long fromNanos) {
        long last = fromNanos;
        long longest = 0;
        for (long end : traders.all().stream()
                .mapToLong(Acknowledged::endNanos)
                .filter(nanos -> nanos > fromNanos)
                .sorted()
                .toArray()) {
            longest = Math.max(longest, end - last);
            last = end;
        }
        return longest / 1_000_000;
    }

    private static void awaitOrders(Traders traders, Future<?> trading, int count) throws Exception {
        Await.until(count + " orders are acknowledged", RECOVERY, traders::count, now -> {
            assertEquals(
                    Future.State.RUNNING,
                    trading.state(),
                    () -> trading.exceptionNow().toString());
            return now >= count;
        });
    }

    private void check(Traders traders, StreamTrader stream) throws Exception {
        mesh.awaitHealthy(RECOVERY);
        List<Acknowledged> all = traders.all();
        Set<String> ids = new HashSet<>(all.stream().map(Acknowledged::orderId).toList());
        assertEquals(all.size(), ids.size(), "every order exists once");
        Set<String> trades = new HashSet<>();
        checkOrders(traders.maker, traders.ofMaker, new HashSet<>());
        checkOrders(traders.taker, traders.ofTaker, trades);
        long traded =
                traders.ofTaker.values().stream().filter(Acknowledged::traded).count();
        assertEquals(traded, trades.size(), "one trade for each pair of orders");
        BigDecimal size = new BigDecimal(QUANTITY).multiply(BigDecimal.valueOf(traded % 2));
        Await.until(
                "risk-svc counts every fill once",
                RECOVERY,
                () -> position(traders.maker),
                position -> position.compareTo(size) == 0);

        long sequence = cluster.awaitOneSequence();
        EngineCluster.Projection projection = Await.until(
                "the tables are as far as the engine and all is settled",
                SETTLEMENT,
                cluster::projection,
                state -> state.cursor() >= sequence && state.unsettledFills() == 0);
        int orders = all.size() + stream.acknowledged().size();
        assertEquals(orders, projection.orders(), "every order is in the tables once");
        stream.checkOrders();
        assertEquals(2 * traded, projection.fills(), "every fill is in the tables once, on both sides");
        assertEquals(projection.filledLotsOfFills(), projection.filledLotsOfOrders());
        assertEquals(projection.settlementSignatures(), cluster.settlementsOnChain(), "no trade is settled twice");
        System.out.printf(
                "%d orders acknowledged, %d of them on a stream, 0 lost; %d trades, 0 twice; %d settlements on chain, 0 twice%n",
                orders,
                stream.acknowledged().size(),
                traded,
                projection.settlementSignatures().size());
    }

    private void checkOrders(TraderClient trader, Map<String, Acknowledged> acknowledged, Set<String> trades)
            throws Exception {
        for (Map.Entry<String, Acknowledged> known : acknowledged.entrySet()) {
            Order order = Persistent.untilAnswered(() -> trader.orders()
                    .getOrder(GetOrderRequest.newBuilder()
                            .setClientOrderId(known.getKey())
                            .build())
                    .getOrder());
            assertEquals(known.getValue().orderId(), order.getOrderId());
            assertEquals(known.getValue().traded() ? QUANTITY : "0", order.getFilledQuantity(), order.toString());
            for (Fill fill : order.getFillsList()) {
                assertTrue(trades.add(fill.getTradeId()), "trade " + fill.getTradeId() + " counts once");
            }
        }
    }

    private static BigDecimal position(TraderClient trader) throws InterruptedException {
        return Persistent.untilAnswered(() -> trader.risk().listPositions(ListPositionsRequest.getDefaultInstance()))
                .getPositionsList()
                .stream()
                .filter(position -> position.getMarket().equals(MARKET))
                .map(Position::getSize)
                .map(BigDecimal::new)
                .findFirst()
                .orElse(BigDecimal.ZERO);
    }

    private TraderClient funded() throws InterruptedException {
        return Persistent.untilAnswered(() -> {
            TraderClient trader = new TraderClient(
                    "localhost",
                    mesh.options().ports().gateway(),
                    KeyPair.generate(new SecureRandom()),
                    Telemetry.none());
            trader.signIn();
            trader.requestTestFunds();
            return trader;
        });
    }
}
