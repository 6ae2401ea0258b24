package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.process.PartFailedException;
import io.grpc.StatusRuntimeException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands behind {@code ./quantdesk}. Every failure is one sentence on standard error and a non-zero exit code. */
@Command(
        name = "quantdesk",
        description = "Runs a QuantDesk mesh on this machine.",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            DemoCommand.class,
            TraceCommand.class,
            RebuildCommand.class,
            SnapshotCommand.class
        })
public final class QuantDesk {
    private static final int FAILED = 1;
    /** Quiet: that the trace server is away is told in a command's own words. Kept here, or its level is forgotten. */
    private static final Logger EXPORTER_LOG = Logger.getLogger("io.opentelemetry");

    private QuantDesk() {}

    public static void main(String[] arguments) {
        EXPORTER_LOG.setLevel(Level.OFF);
        CommandLine line = new CommandLine(new QuantDesk());
        line.setExecutionExceptionHandler((failure, _, _) -> {
            System.err.println(sentence(failure));
            return FAILED;
        });
        System.exit(line.execute(arguments));
    }

    private static String sentence(Exception failure) {
        return switch (failure) {
            case PartFailedException failed -> failed.getMessage();
            case StatusRuntimeException refused -> "The mesh refused: " + Refusal.of(refused);
            case IllegalArgumentException wrong -> wrong.getMessage();
            default -> failure.getClass().getSimpleName() + ": " + failure.getMessage();
        };
    }
}
