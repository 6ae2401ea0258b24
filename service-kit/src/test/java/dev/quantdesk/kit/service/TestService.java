package dev.quantdesk.kit.service;

import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.proto.marketdata.v1.ListMarketsResponse;
import dev.quantdesk.proto.marketdata.v1.StreamTradesResponse;
import dev.quantdesk.proto.marketdata.v1.VxMarketDataServiceGrpcService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A small service in a process of its own: ready while the file named by its first argument exists. The second argument says how
 * it behaves: {@code well}, {@code refuses} to start, or {@code breaks} while it starts.
 */
final class TestService {
    private TestService() {}

    public static void main(String[] arguments) {
        Path gate = Path.of(arguments[0]);
        ServiceRuntime.run("kit-test", runtime -> {
            switch (arguments[1]) {
                case "refuses" -> throw new IllegalStateException("the chain is another one");
                case "breaks" -> throw new NoClassDefFoundError("org/example/Missing");
                default -> wire(runtime, gate);
            }
        });
    }

    private static void wire(ServiceRuntime runtime, Path gate) {
        runtime
                .rpc()
                .service(VxMarketDataServiceGrpcService.SERVICE_NAME, VxMarketDataServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxMarketDataServiceGrpcService.ListMarkets, Access.GATEWAY, (_, _) -> {
                    System.out.println("working");
                    TimeUnit.MILLISECONDS.sleep(700);
                    return ListMarketsResponse.getDefaultInstance();
                })
                .stream(VxMarketDataServiceGrpcService.StreamTrades, Access.GATEWAY, (_, _, out) -> {
                    System.out.println("streaming");
                    out.send(out.await(new LinkedBlockingQueue<StreamTradesResponse>()));
                })
                .bind();
        runtime.readyWhen("gate", () -> Files.exists(gate));
        runtime.readyWhen("unsure", () -> {
            if (!Files.exists(gate)) {
                throw new IllegalStateException("can't tell");
            }
            return true;
        });
        runtime.closing(() -> System.out.println("closed first part"));
        runtime.closing(() -> {
            throw new IllegalStateException("does not close");
        });
        runtime.closing(() -> System.out.println("closed last part"));
    }
}
