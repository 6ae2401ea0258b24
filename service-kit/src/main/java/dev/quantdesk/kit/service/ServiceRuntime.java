package dev.quantdesk.kit.service;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.rpc.Flushes;
import dev.quantdesk.kit.rpc.RpcClient;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.health.HealthService;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service process: its settings, tracing, gRPC server with health and reflection, HTTP endpoints and an orderly stop.
 * A {@code Main} makes one, wires the service's parts, and calls {@link #run}.
 */
public final class ServiceRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRuntime.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int HTTP2_WINDOW_BYTES = 1 << 20;

    private final String name;
    private final Settings settings;
    private final Telemetry telemetry;
    private final Vertx vertx;
    private final RpcServer rpc;
    private final Map<String, BooleanSupplier> readiness = new LinkedHashMap<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Consumer<GrpcServer> reflection = server -> server.addService(ReflectionService.v1());
    private volatile boolean draining;

    private ServiceRuntime(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
        this.telemetry = Telemetry.start(name);
        // Event loops only pass bytes on; handlers run on virtual threads.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(Math.max(1, Runtime.getRuntime().availableProcessors()))
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
        this.rpc = new RpcServer(
                vertx,
                telemetry,
                new IdentityTokens.Verifier(settings.fileContent("identity.key_set_file"), Clock.systemUTC()),
                settings.integer("grpc.max_calls"),
                settings.integer("grpc.max_streams"));
    }

    /** Builds the parts of a service on its runtime. */
    @FunctionalInterface
    public interface Wiring {
        void wire(ServiceRuntime runtime) throws Exception;
    }

    /**
     * Runs the service until SIGTERM. A start that fails is said in one line and ends the process with code 1, so that no
     * half-started service is left behind.
     */
    public static void run(String name, Wiring wiring) {
        ServiceRuntime runtime = null;
        try {
            Settings settings = Settings.load(name);
            LOG.info("settings of {}:\n{}", name, settings.describe());
            runtime = new ServiceRuntime(name, settings);
            wiring.wire(runtime);
            runtime.listen();
            Runtime.getRuntime().addShutdownHook(new Thread(runtime::stop, "stop"));
            LOG.info("{} is ready: gRPC {}, HTTP {}", name, settings.port("grpc.port"), settings.port("http.port"));
            runtime.stopped.await();
        } catch (Throwable failed) {
            // Errors too: the event loops would keep a half-started process alive.
            LOG.error("{} can't start: {}", name, failed.getMessage(), failed);
            if (runtime != null) {
                runtime.stop();
            }
            Runtime.getRuntime().halt(1);
        }
    }

    public Settings settings() {
        return settings;
    }

    public Telemetry telemetry() {
        return telemetry;
    }

    public Vertx vertx() {
        return vertx;
    }

    public RpcServer rpc() {
        return rpc;
    }

    /** A client for the mesh's internal listener, closed with the service. */
    public RpcClient meshClient() {
        return closing(new RpcClient(vertx, settings.address("mesh.internal_address"), telemetry));
    }

    /** Issues identity tokens in this service's own name. */
    public IdentityTokens.Issuer identityIssuer() {
        return new IdentityTokens.Issuer(settings.fileContent("identity.private_key_file"), Clock.systemUTC());
    }

    /** Closes {@code resource} when the service stops, last one first, after the calls under way have ended. */
    public <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /**
     * Adds a condition without which the service is not ready, such as a database that answers. Must not block; one that throws
     * does not hold.
     */
    public void readyWhen(String condition, BooleanSupplier holds) {
        readiness.put(condition, () -> {
            try {
                return holds.getAsBoolean();
            } catch (RuntimeException failed) {
                LOG.warn("the condition {} can't be told", condition, failed);
                return false;
            }
        });
    }

    /** Serves reflection in another way than for this service's own methods, such as for the whole mesh. */
    public void reflection(Consumer<GrpcServer> binding) {
        this.reflection = binding;
    }

    private boolean isReady() {
        return !draining && readiness.values().stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    private void listen() throws Exception {
        JvmMetrics.builder().register();
        GrpcServer grpc = GrpcServer.server(
                vertx,
                new GrpcServerOptions()
                        .setScheduleDeadlineAutomatically(true)
                        .setDeadlinePropagation(true)
                        .setMaxMessageSize(settings.integer("grpc.max_message_bytes")));
        rpc.addServicesTo(grpc);
        HealthService health = HealthService.create(vertx);
        for (Service service : rpc.services()) {
            health.register(service.name().fullyQualifiedName(), () -> Future.succeededFuture(isReady()));
        }
        health.register(name, () -> Future.succeededFuture(isReady()));
        grpc.addService(health);
        reflection.accept(grpc);
        HttpServerOptions options = new HttpServerOptions();
        options.setHttp2ConnectionWindowSize(HTTP2_WINDOW_BYTES);
        options.getInitialSettings()
                .setMaxConcurrentStreams(settings.integer("grpc.max_concurrent_streams"))
                .setInitialWindowSize(HTTP2_WINDOW_BYTES);
        String host = settings.text("grpc.host");
        await(vertx.createHttpServer(options)
                .connectionHandler(Flushes::together)
                .requestHandler(grpc)
                .listen(settings.port("grpc.port"), host));
        new OperationsServer(vertx, name, readiness, this::isReady)
                .listen(settings.port("http.port"), host, START_TIMEOUT);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stop() {
        LOG.info("{} stops", name);
        draining = true;
        try {
            rpc.drain(settings.duration("shutdown_timeout"));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception failed) {
                LOG.warn("{} did not close", resource.getClass().getSimpleName(), failed);
            }
        }
        telemetry.close();
        try {
            // Answers that were given last are still on their way out.
            await(vertx.close());
        } catch (Exception failed) {
            LOG.warn("the event loops did not close", failed);
        }
        stopped.countDown();
    }
}
