package dev.quantdesk.mesh.cli;

import dev.quantdesk.database.OrderTables;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.process.PartFailedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "rebuild",
        description = "Drops the order tables of a running mesh and lets execution-svc fill them again from its log."
                + " Orders go on meanwhile; questions about closed ones are refused until they are written.")
final class RebuildCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PROGRESS = Duration.ofSeconds(2);
    /** Without any progress for so long, something is wrong. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Mixin
    private MeshLocation location;

    @Override
    public Integer call() throws Exception {
        MeshOptions options = location.running().options();
        OrderTables tables = options.orderTables();
        try {
            long wanted = tables.empty();
            System.out.println("The order tables are empty; they held " + wanted + " events.");
            long start = System.nanoTime();
            awaitEvents(tables, wanted);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("They hold %d events again after %.1f s.%n", wanted, seconds);
            return 0;
        } catch (SQLException failed) {
            throw new PartFailedException("Postgres refused: " + failed.getMessage(), failed);
        }
    }

    private static void awaitEvents(OrderTables tables, long wanted)
            throws SQLException, InterruptedException, PartFailedException {
        long held = tables.sequence();
        long moved = System.nanoTime();
        long told = moved;
        while (held < wanted) {
            Thread.sleep(POLL);
            long now = tables.sequence();
            long time = System.nanoTime();
            moved = now > held ? time : moved;
            held = now;
            if (time - moved > PATIENCE.toNanos()) {
                throw new PartFailedException("The order tables have stayed at event " + held + " for "
                        + PATIENCE.toSeconds() + " s. Unless the engine's log ends there, too, something is wrong:"
                        + " see ./quantdesk logs execution-svc.");
            }
            if (time - told > PROGRESS.toNanos()) {
                System.out.println("  " + held + " of " + wanted + " events");
                told = time;
            }
        }
    }
}
