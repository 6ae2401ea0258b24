package dev.quantdesk.execution.cluster;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.Reply;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A node with a client, and everything its listener saw. */
public final class TestNode implements AutoCloseable {
    static final List<MarketRules> MARKETS =
            List.of(new MarketRules(1, 1, 1_000_000, 1_000_000), new MarketRules(2, 1, 1_000_000, 1_000_000));
    static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Leaves the cores to the node that is waited for. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(2);

    final WakeGroup wakeGroup;
    final List<EngineEvent> events = Collections.synchronizedList(new ArrayList<>());
    final List<EngineEvent> replayed = Collections.synchronizedList(new ArrayList<>());
    final EngineNode node;
    final EngineClient client;
    private final CountDownLatch live = new CountDownLatch(1);

    private TestNode(Path dataDir, WakeGroup wakeGroup, boolean withClient) {
        this.wakeGroup = wakeGroup;
        node = EngineNode.start(config(dataDir), wakeGroup, List.of(new EngineListener() {
            @Override
            public void onEvent(EngineEvent event, boolean replaying) {
                events.add(event);
                if (replaying) {
                    replayed.add(event);
                }
            }

            @Override
            public void onLive(long sequence) {
                live.countDown();
            }
        }));
        client = withClient ? node.newClient() : null;
    }

    static TestNode start(Path dataDir) {
        return new TestNode(dataDir, new WakeGroup(), true).awaitLive();
    }

    static TestNode startWithoutClient(Path dataDir, WakeGroup wakeGroup) {
        return new TestNode(dataDir, wakeGroup, false).awaitLive();
    }

    static EngineNodeConfig config(Path dataDir) {
        return EngineNodeConfig.of(dataDir, freePorts(), MARKETS);
    }

    private TestNode awaitLive() {
        try {
            if (!live.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                close();
                throw new AssertionError("the node is not live within " + PATIENCE);
            }
            return this;
        } catch (InterruptedException e) {
            close();
            throw new AssertionError(e);
        }
    }

    /** The first of some UDP ports in a row that nobody has bound, {@link EngineNodeConfig#PORTS} unless told otherwise. */
    public static int freePorts() {
        return freePorts(EngineNodeConfig.PORTS);
    }

    static int freePorts(int count) {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            if (areFree(base, count)) {
                return base;
            }
        }
        throw new AssertionError("no free UDP ports");
    }

    private static boolean areFree(int base, int count) {
        for (int port = base; port < base + count; port++) {
            try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(false);
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    CompletableFuture<Reply> submit(Command command) {
        return client.submit(command, PATIENCE);
    }

    Reply send(Command command) {
        return submit(command).join();
    }

    /** Waits for a condition that other threads bring about; a failed wait names it. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        node.close();
    }
}
