package dev.quantdesk.mesh.cli;

import dev.quantdesk.mesh.Mesh;
import dev.quantdesk.mesh.MeshOptions;
import dev.quantdesk.mesh.process.PartFailedException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Starts the whole mesh, lets one order go the whole way, and stays until Ctrl-C.")
final class UpCommand implements Callable<Integer> {
    @Mixin
    private MeshLocation location;

    @Option(
            names = "--solana-rpc",
            paramLabel = "URL",
            defaultValue = "",
            description = "Settles on the cluster behind this RPC address instead of a local chain.")
    private String solanaRpc;

    @Option(
            names = "--detach",
            description = "Comes back once the mesh is up and leaves it running; stop it with down.")
    private boolean detach;

    @Option(
            names = "--engine-members",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs the order engine as N processes that replicate each other: 1 (the default) or 3.")
    private int engineMembers;

    @Override
    public Integer call() throws Exception {
        MeshOptions options = location.options(solanaRpc).withEngineMembers(engineMembers);
        return detach ? DetachedMesh.start(options) : stay(options);
    }

    private static int stay(MeshOptions options) throws PartFailedException, IOException, InterruptedException {
        long start = System.nanoTime();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            main.interrupt();
            try {
                stopped.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }));
        System.out.println("QuantDesk mesh starts; its data is in " + options.dataDir());
        try (Mesh mesh = Mesh.start(options, System.out::println)) {
            System.out.printf("The mesh is healthy after %.1f s.%n", (System.nanoTime() - start) / 1e9);
            letOneOrderGo(options, mesh);
            System.out.println(Addresses.of(options));
            stop.await();
            System.out.println("Stopping …");
        } catch (InterruptedException interrupted) {
            System.out.println("Stopping …");
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void letOneOrderGo(MeshOptions options, Mesh mesh) throws InterruptedException {
        if (!options.localChain()) {
            System.out.println("No demo order: test funds exist on the local chain only.");
            return;
        }
        System.out.println("One order goes the whole way:");
        try {
            DemoCommand.run(options, System.out::println);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (StatusRuntimeException refused) {
            System.out.println("The demo order was refused: " + dev.quantdesk.mesh.client.Refusal.of(refused));
        } catch (Exception failed) {
            System.out.println("The demo order failed: " + failed.getMessage());
        }
    }
}
