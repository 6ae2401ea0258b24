package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node killed under load, again and again, with the process's last writes wherever they were. */
@Timeout(90)
class KilledNodeTest {
    private static final int ROUNDS = 3;
    private static final int ACKS_BEFORE_KILL = 400;
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 3600;

    @TempDir
    Path directory;

    @Test
    void shouldLoseNoAcknowledgedOrderAndRepeatNoTradeWhenKilledUnderLoad() throws IOException, InterruptedException {
        List<EngineEvent> before = List.of();
        Map<String, Long> acknowledged = new HashMap<>();
        CollectingSink sink = new CollectingSink();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.putAll(runAndKill(round, Integer.MAX_VALUE));
            try (TestNode node = TestNode.start(directory.resolve("data"));
                    LogFollower follower = node.node.newFollower("after-kill", sink)) {
                List<EngineEvent> events = List.copyOf(node.replayed);
                assertEquals(before, events.subList(0, before.size()));
                checkOrders(events, acknowledged);
                checkTrades(events);
                assertInstanceOf(Reply.Duplicate.class, node.send(DoomedNode.order(round, 0, EXPIRY_SECONDS)));
                TestNode.await("the sink has every event", () -> sink.size() == events.size());
                assertEquals(events, sink.copy());
                assertTrue(follower.failure().isEmpty());
                before = events;
            }
        }
    }

    @Test
    void shouldLoseNothingWhenKilledWhileItTakesSnapshots() throws IOException, InterruptedException {
        Map<String, Long> acknowledged = new HashMap<>();
        CollectingSink sink = new CollectingSink();
        int fromSnapshots = 0;
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.putAll(runAndKill(round, 97));
            try (TestNode node = TestNode.start(directory.resolve("data"));
                    LogFollower follower = node.node.newFollower("after-kill", sink)) {
                assertInstanceOf(Reply.Duplicate.class, node.send(DoomedNode.order(round, 0, EXPIRY_SECONDS)));
                long sequence = node.client.barrier(TestNode.PATIENCE).join();
                TestNode.await("the sink has every event", () -> sink.size() == sequence);
                checkOrders(sink.copy(), acknowledged);
                checkTrades(sink.copy());
                assertTrue(follower.failure().isEmpty());
                fromSnapshots += node.replayed.size() < sequence ? 1 : 0;
            }
        }
        assertTrue(fromSnapshots > 0, "no start was from a snapshot");
    }

    private Map<String, Long> runAndKill(int round, int ordersPerSnapshot) throws IOException, InterruptedException {
        Path acks = directory.resolve("acks-" + round);
        Path output = directory.resolve("output-" + round);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-exports",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedNode.class.getName(),
                        directory.resolve("data").toString(),
                        Integer.toString(TestNode.freePorts()),
                        acks.toString(),
                        Integer.toString(round),
                        Long.toString(EXPIRY_SECONDS),
                        Integer.toString(ordersPerSnapshot))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            TestNode.await("acknowledgements; the process said:\n" + Files.readString(output), () -> {
                assertTrue(process.isAlive(), () -> "the process ended: " + read(output));
                return read(acks).lines().count() >= ACKS_BEFORE_KILL;
            });
        } finally {
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        }
        Map<String, Long> acknowledged = new HashMap<>();
        for (String line : read(acks).lines().toList()) {
            String[] words = line.split(" ");
            acknowledged.put(words[0], Long.parseLong(words[1]));
        }
        return acknowledged;
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void checkOrders(List<EngineEvent> events, Map<String, Long> acknowledged) {
        Map<String, Long> accepted = new HashMap<>();
        long sequence = 0;
        for (EngineEvent event : events) {
            assertEquals(++sequence, event.sequence());
            if (event instanceof EngineEvent.OrderAccepted order) {
                Long earlier =
                        accepted.put(order.ref().clientOrderId(), order.ref().orderId());
                assertEquals(null, earlier, () -> "placed twice: " + order);
            }
        }
        acknowledged.forEach((clientOrderId, orderId) -> assertEquals(orderId, accepted.get(clientOrderId)));
    }

    private static void checkTrades(List<EngineEvent> events) {
        List<EngineEvent.Trade> trades = new ArrayList<>();
        Map<Long, Long> openLots = new HashMap<>();
        for (EngineEvent event : events) {
            switch (event) {
                case EngineEvent.OrderAccepted order ->
                    openLots.put(order.ref().orderId(), order.order().quantityLots());
                case EngineEvent.Trade trade -> {
                    trades.add(trade);
                    assertEquals(trades.size(), trade.tradeId());
                    assertEquals(
                            trade.makerRemainingLots(),
                            openLots.merge(trade.maker().orderId(), -trade.lots(), Long::sum));
                    assertEquals(
                            trade.takerRemainingLots(),
                            openLots.merge(trade.taker().orderId(), -trade.lots(), Long::sum));
                }
                case EngineEvent.OrderCancelled cancelled ->
                    openLots.merge(cancelled.ref().orderId(), -cancelled.cancelledLots(), Long::sum);
                default -> throw new AssertionError("unexpected " + event);
            }
        }
        assertTrue(trades.size() > ROUNDS, "too few trades to tell");
        openLots.values().forEach(lots -> assertTrue(lots >= 0));
    }
}
