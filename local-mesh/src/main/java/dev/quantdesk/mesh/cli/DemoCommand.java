package dev.quantdesk.mesh.cli;

import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.mesh.demo.DemoOrder;
import dev.quantdesk.mesh.demo.DemoReport;
import dev.quantdesk.mesh.trace.TraceServer;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "demo", description = "Lets one order go the whole way through a running mesh.")
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private MeshLocation location;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        MeshOptions options = location.running().options();
        Consumer<String> journey = json ? _ -> {} : System.out::println;
        DemoOrder.Outcome outcome = run(options, journey);
        if (json) {
            System.out.println(DemoReport.json(outcome).encode());
        }
        return outcome.order().getStatus() == OrderStatus.ORDER_STATUS_SETTLED ? 0 : 1;
    }

    static DemoOrder.Outcome run(MeshOptions options, Consumer<String> journey) throws Exception {
        System.setProperty("otel.traces.exporter", "zipkin");
        System.setProperty("otel.exporter.zipkin.endpoint", options.tracePage() + "/api/v2/spans");
        try (Telemetry telemetry = Telemetry.start("quantdesk-cli");
                TraceServer traces = new TraceServer(options.tracePage());
                TraderClient client =
                        new TraderClient("localhost", options.ports().gateway(), wallet(options), telemetry)) {
            return new DemoOrder(client, telemetry, traces, journey).run();
        }
    }

    private static KeyPair wallet(MeshOptions options) throws Exception {
        Path file = options.dataDir().resolve("keys/demo-trader.key");
        return KeyPair.ofSeed(Arrays.copyOf(Base58.decode(Files.readString(file).strip()), 32));
    }
}
