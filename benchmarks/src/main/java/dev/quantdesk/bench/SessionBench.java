package dev.quantdesk.bench;

import com.google.protobuf.ByteString;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.Ports;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TradeOrdersRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.grpc.common.ServiceName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * {@code TradeOrders} through Envoy, with signature, risk and journal, beside an echo stream through the same Envoy that carries the
 * same bytes; and {@code PlaceOrder} beside two unary echoes, one that the gateway lets pass as it is and one that it checks and counts
 * as it does an order. Orders are signed before a round begins: what is measured is the mesh. All are measured in turn, so that a machine
 * whose speed drifts slows all.
 */
final class SessionBench {
    private static final String MARKET = "ADA-PERP";
    private static final int STREAMS = 4;
    private static final int WINDOW = 256;
    private static final int UNARY_WORKERS = 16;
    /** The services' code has to be compiled, as it is after minutes of trading: an order's way is much longer than an echo's. */
    private static final int WARM_UP_ROUNDS = 8;

    private static final int PORT_OFFSET = 8_400;
    private static final long ROUND_SECONDS_MAX = 120;
    private static final String WIDE = "10000000";
    /** A machine that is busy elsewhere lets a margin check run out of time now and then; such orders don't count. */
    private static final double REFUSED_SHARE_MAX = 0.05;

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    };

    private final Path root;
    private final int rounds;
    private final int messages;
    private final Consumer<String> progress;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<String> refusal = new AtomicReference<>("");

    SessionBench(Path root, boolean quick, Consumer<String> progress) {
        this.root = root;
        this.rounds = quick ? 3 : 8;
        this.messages = quick ? 8_000 : 16_000;
        this.progress = progress;
    }

    List<Figure> run() throws Exception {
        int echoPort = freePort();
        Map<String, String> settings = Map.of(
                "RATE_LIMIT_PUBLIC_PER_MINUTE", WIDE,
                "RATE_LIMIT_AUTH_PER_15_MINUTES", WIDE,
                "RATE_LIMIT_TRADING_FREE_PER_MINUTE", WIDE,
                "BENCH_ECHO_PORT", Integer.toString(echoPort),
                // Traces of every order would measure the trace server.
                "OTEL_TRACES_SAMPLER", "always_off");
        MeshOptions options = new MeshOptions(
                root, root.resolve(".quantdesk/bench-session"), new Ports(PORT_OFFSET), "", settings, false);
        List<TraderClient> traders = new ArrayList<>();
        Process echo = echo(echoPort);
        try (Mesh mesh = Mesh.start(options, progress)) {
            for (int i = 0; i < UNARY_WORKERS; i++) {
                traders.add(trader(mesh));
            }
            return measure(traders);
        } finally {
            traders.forEach(TraderClient::close);
            echo.destroy();
            if (!echo.waitFor(5, TimeUnit.SECONDS)) {
                echo.destroyForcibly();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Process echo(int port) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EchoServer.class.getName(),
                        Integer.toString(port))
                .inheritIO()
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return process;
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("the echo server does not start");
    }

    private TraderClient trader(Mesh mesh) {
        TraderClient trader = new TraderClient(
                "127.0.0.1", mesh.options().ports().gateway(), KeyPair.generate(random), Telemetry.none());
        trader.signIn();
        trader.requestTestFunds();
        trader.market(MARKET);
        return trader;
    }

    /** Messages and seconds of all rounds. */
    private static final class Total {
        private final String name;
        private final LongAdder refused = new LongAdder();
        private long messages;
        private double seconds;

        Total(String name) {
            this.name = name;
        }

        double perSecond() {
            return (messages - refused.sum()) / seconds;
        }
    }

    private List<Figure> measure(List<TraderClient> traders) throws Exception {
        Total orders = new Total("TradeOrders");
        Total echoes = new Total("echo stream");
        Total unaryOrders = new Total("PlaceOrder");
        Total unaryEchoes = new Total("unary echo");
        Total checkedEchoes = new Total("checked echo");
        for (int round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
            boolean warmUp = round <= 0;
            progress.accept(warmUp ? "warming up" : "round " + round + " of " + rounds);
            List<TraderClient> streaming = inTurn(traders, round + WARM_UP_ROUNDS);
            List<List<PlaceOrderRequest>> streamed = signed(streaming, messages / STREAMS);
            add(
                    warmUp,
                    orders,
                    messages,
                    () -> streams(streaming, streamed, (trader, signed) -> trade(trader, signed, orders)));
            add(warmUp, echoes, messages, () -> streams(streaming, streamed, SessionBench::echo));
            int each = messages / 4 / UNARY_WORKERS;
            List<List<PlaceOrderRequest>> single = signed(traders, each);
            add(
                    warmUp,
                    unaryOrders,
                    each * UNARY_WORKERS,
                    () -> unary(traders, single, (trader, order) -> place(trader, order, unaryOrders)));
            add(
                    warmUp,
                    unaryEchoes,
                    each * UNARY_WORKERS,
                    () -> unary(traders, single, (trader, order) -> echoOnce(trader, order, EchoServer.SERVICE)));
            add(
                    warmUp,
                    checkedEchoes,
                    each * UNARY_WORKERS,
                    () -> unary(traders, single, (trader, order) -> echoOnce(trader, order, EchoServer.CHECKED)));
        }
        String stream = String.format("echo stream through the same Envoy: %.0f/s", echoes.perSecond());
        String unary = String.format("unary echo through the same Envoy: %.0f/s", unaryEchoes.perSecond());
        String checked = String.format(
                "unary echo that the gateway checks and counts as an order: %.0f/s", checkedEchoes.perSecond());
        return List.of(
                new Figure("trade_orders_throughput", orders.perSecond(), "1/s", stream, "none"),
                new Figure("echo_stream_throughput", echoes.perSecond(), "1/s", "itself", "none"),
                new Figure(
                        "trade_orders_throughput_ratio",
                        orders.perSecond() / echoes.perSecond(),
                        "ratio",
                        stream,
                        ">= 0.50"),
                new Figure("place_order_throughput", unaryOrders.perSecond(), "1/s", unary, "none"),
                new Figure("unary_echo_throughput", unaryEchoes.perSecond(), "1/s", "itself", "none"),
                new Figure(
                        "place_order_throughput_ratio",
                        unaryOrders.perSecond() / unaryEchoes.perSecond(),
                        "ratio",
                        unary,
                        ">= 0.25"),
                new Figure(
                        "place_order_to_checked_echo_ratio",
                        unaryOrders.perSecond() / checkedEchoes.perSecond(),
                        "ratio",
                        checked,
                        "none"));
    }

    /** Others each round: a signer may have no more than so many intents that have not expired. */
    private static List<TraderClient> inTurn(List<TraderClient> traders, int round) {
        int first = round * STREAMS % UNARY_WORKERS;
        return traders.subList(first, first + STREAMS);
    }

    private interface Round {
        void run() throws Exception;
    }

    private void add(boolean warmUp, Total total, int count, Round round) throws Exception {
        long start = System.nanoTime();
        round.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (warmUp) {
            total.refused.reset();
            return;
        }
        total.messages += count;
        total.seconds += seconds;
        if (total.refused.sum() > total.messages * REFUSED_SHARE_MAX) {
            throw new IllegalStateException(total.refused.sum() + " orders were refused: " + refusal.get());
        }
        progress.accept(String.format("  %-12s %8.0f/s", total.name, count / seconds));
    }

    /** Orders that pass every check, are journalled, and find no counterparty: the books stay as they are. */
    private static List<List<PlaceOrderRequest>> signed(List<TraderClient> traders, int each)
            throws InterruptedException, ExecutionException {
        return parallel(traders, trader -> {
            List<PlaceOrderRequest> orders = new ArrayList<>(each);
            for (int i = 0; i < each; i++) {
                orders.add(trader.limitOrder(
                                MARKET, Side.SIDE_BUY, "0.05", "10", TimeInForce.TIME_IN_FORCE_IOC, trader.wallet())
                        .build());
            }
            return orders;
        });
    }

    private static <T, R> List<R> parallel(List<T> inputs, Function<T, R> work)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(inputs.size())) {
            List<Future<R>> futures = inputs.stream()
                    .map(input -> threads.submit(() -> work.apply(input)))
                    .toList();
            List<R> results = new ArrayList<>();
            for (Future<R> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    private interface OneStream {
        void run(TraderClient trader, List<PlaceOrderRequest> orders) throws Exception;
    }

    private record Job(TraderClient trader, List<PlaceOrderRequest> orders) {}

    private static void streams(List<TraderClient> traders, List<List<PlaceOrderRequest>> orders, OneStream stream)
            throws Exception {
        each(traders, orders, job -> stream.run(job.trader(), job.orders()));
    }

    private interface Single {
        void call(TraderClient trader, PlaceOrderRequest order) throws Exception;
    }

    private static void unary(List<TraderClient> traders, List<List<PlaceOrderRequest>> orders, Single single)
            throws Exception {
        each(traders, orders, job -> {
            for (PlaceOrderRequest order : job.orders()) {
                single.call(job.trader(), order);
            }
        });
    }

    private interface Work {
        void run(Job job) throws Exception;
    }

    private static void each(List<TraderClient> traders, List<List<PlaceOrderRequest>> orders, Work work)
            throws Exception {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            jobs.add(new Job(traders.get(i), orders.get(i)));
        }
        parallel(jobs, job -> {
            try {
                work.run(job);
                return true;
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    private void place(TraderClient trader, PlaceOrderRequest order, Total total) {
        try {
            trader.orders().placeOrder(order);
        } catch (StatusRuntimeException refused) {
            refused(total, refused.getStatus().toString());
        }
    }

    private void refused(Total total, String why) {
        total.refused.increment();
        refusal.set(why);
    }

    private void trade(TraderClient trader, List<PlaceOrderRequest> orders, Total total) throws Exception {
        Answers<TradeOrdersResponse> answers = new Answers<>(orders.size(), answer -> {
            if (!answer.hasOrder()) {
                refused(total, answer.getRefusal().getMessage());
            }
        });
        StreamObserver<TradeOrdersRequest> out =
                OrderServiceGrpc.newStub(trader.channel()).tradeOrders(answers);
        for (int i = 0; i < orders.size(); i++) {
            answers.acquire();
            out.onNext(message(i, orders.get(i)));
        }
        answers.await();
        out.onCompleted();
    }

    private static TradeOrdersRequest message(int i, PlaceOrderRequest order) {
        return TradeOrdersRequest.newBuilder()
                .setCorrelationId(i)
                .setPlace(order)
                .build();
    }

    private static void echo(TraderClient trader, List<PlaceOrderRequest> orders) throws Exception {
        Answers<byte[]> answers = new Answers<>(orders.size(), _ -> {});
        StreamObserver<byte[]> out = ClientCalls.asyncBidiStreamingCall(
                trader.channel()
                        .newCall(
                                method(
                                        EchoServer.SERVICE,
                                        EchoServer.STREAM,
                                        MethodDescriptor.MethodType.BIDI_STREAMING),
                                CallOptions.DEFAULT),
                answers);
        for (int i = 0; i < orders.size(); i++) {
            answers.acquire();
            out.onNext(message(i, orders.get(i)).toByteArray());
        }
        answers.await();
        out.onCompleted();
    }

    private static void echoOnce(TraderClient trader, PlaceOrderRequest order, ServiceName service) {
        byte[] sent = order.toByteArray();
        byte[] answer = ClientCalls.blockingUnaryCall(
                trader.channel(),
                method(service, EchoServer.UNARY, MethodDescriptor.MethodType.UNARY),
                CallOptions.DEFAULT,
                sent);
        if (!ByteString.copyFrom(sent).equals(ByteString.copyFrom(answer))) {
            throw new IllegalStateException("the echo is not what was sent");
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(
            ServiceName service, String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
                .setType(type)
                .setFullMethodName(service.fullyQualifiedName() + "/" + name)
                .build();
    }

    /** Counts answers, and lets at most {@value #WINDOW} messages wait for theirs. */
    private static final class Answers<R> implements StreamObserver<R> {
        private final Semaphore window = new Semaphore(WINDOW);
        private final CompletableFuture<Void> all = new CompletableFuture<>();
        private final Consumer<R> each;
        private int left;

        Answers(int expected, Consumer<R> each) {
            this.left = expected;
            this.each = each;
        }

        void acquire() throws Exception {
            if (!window.tryAcquire(10, TimeUnit.SECONDS)) {
                all.get(1, TimeUnit.MILLISECONDS);
                throw new TimeoutException("no answer for 10 s");
            }
        }

        void await() throws Exception {
            all.get(ROUND_SECONDS_MAX, TimeUnit.SECONDS);
        }

        @Override
        public void onNext(R answer) {
            each.accept(answer);
            window.release();
            if (--left == 0) {
                all.complete(null);
            }
        }

        @Override
        public void onError(Throwable failure) {
            all.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            all.completeExceptionally(new IllegalStateException("the stream ended early"));
        }
    }
}
