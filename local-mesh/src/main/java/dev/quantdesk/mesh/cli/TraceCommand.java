package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.process.PartFailedException;
import dev.quantdesk.mesh.trace.Trace;
import dev.quantdesk.mesh.trace.TraceServer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "trace", description = "Prints the trace of an order as a tree with durations.")
final class TraceCommand implements Callable<Integer> {
    @Mixin
    private MeshLocation location;

    @Parameters(paramLabel = "ORDER_ID", description = "Identifier of the order, as the engine gave it.")
    private String orderId;

    @Override
    public Integer call() throws Exception {
        if (!orderId.matches("[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException("'" + orderId + "' is not an order id: it has 1 to 19 digits");
        }
        MeshOptions options = location.running().options();
        try (TraceServer traces = new TraceServer(options.tracePage())) {
            Trace trace = traces.findByOrder(orderId)
                    .orElseThrow(() -> new PartFailedException("The trace server has no trace of order " + orderId
                            + ": it keeps the latest in memory, and quotes of the house are not traced."));
            System.out.print(trace.render());
            System.out.println(options.tracePage() + "/zipkin/traces/" + trace.traceId());
        }
        return 0;
    }
}
