package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.CancelReason;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.OrderStatus;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.TraceParent;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineNodeTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;

    @TempDir
    Path dataDir;

    @Test
    void shouldMatchOrdersAndShowTheEventsToTheListener() {
        try (TestNode node = TestNode.start(dataDir)) {
            node.send(Orders.by(Orders.ALICE)
                    .sell(5)
                    .at(100)
                    .expiresAt(EXPIRY_SECONDS)
                    .build());
            Reply reply = node.send(Orders.by(Orders.BOB)
                    .buy(2)
                    .at(100)
                    .expiresAt(EXPIRY_SECONDS)
                    .build());

            Reply.Accepted accepted = assertInstanceOf(Reply.Accepted.class, reply);
            assertEquals(OrderStatus.FILLED, accepted.state().status());
            assertEquals(200, accepted.state().filledNotional());
            assertEquals(3, accepted.sequence());
            assertEquals(3, node.client.lastAckedSequence());
            assertTrue(node.client.isConnected());
            assertEquals(
                    List.of(1L, 2L, 3L),
                    node.events.stream().map(EngineEvent::sequence).toList());
            assertEquals(List.of(), node.replayed);
            assertEquals(0, node.node.repliesLost());
        }
    }

    @Test
    void shouldRecoverTheSameEventsWhenRestarted() {
        List<EngineEvent> before;
        Command.PlaceOrder resting = Orders.by(Orders.ALICE)
                .sell(5)
                .at(100)
                .expiresAt(EXPIRY_SECONDS)
                .build();
        try (TestNode node = TestNode.start(dataDir)) {
            node.send(resting);
            node.send(Orders.by(Orders.BOB)
                    .buy(2)
                    .at(100)
                    .expiresAt(EXPIRY_SECONDS)
                    .build());
            before = List.copyOf(node.events);
        }
        try (TestNode node = TestNode.start(dataDir)) {
            assertEquals(before, List.copyOf(node.replayed));
            Reply.Duplicate repeated = assertInstanceOf(Reply.Duplicate.class, node.send(resting));
            assertEquals(OrderStatus.PARTIALLY_FILLED, repeated.state().status());
            assertEquals(3, repeated.state().remainingLots());

            Reply.Accepted next = assertInstanceOf(
                    Reply.Accepted.class,
                    node.send(Orders.by(Orders.BOB)
                            .buy(3)
                            .at(100)
                            .expiresAt(EXPIRY_SECONDS)
                            .build()));
            assertEquals(3, next.state().orderId());
            assertEquals(OrderStatus.FILLED, next.state().status());
            assertEquals(before.size() + 2, node.events.size());
        }
    }

    @Test
    void shouldCancelByTimerWhenAnIntentExpires() {
        try (TestNode node = TestNode.start(dataDir)) {
            long expirySeconds = System.currentTimeMillis() / 1000 + 3;
            Reply placed = node.send(Orders.by(Orders.ALICE)
                    .sell(5)
                    .at(100)
                    .expiresAt(expirySeconds)
                    .build());
            assertInstanceOf(Reply.Accepted.class, placed);
            TestNode.await("expiry", () -> node.events.size() == 2);
            EngineEvent.OrderCancelled cancelled =
                    assertInstanceOf(EngineEvent.OrderCancelled.class, node.events.get(1));
            assertEquals(CancelReason.INTENT_EXPIRED, cancelled.reason());
            assertTrue(cancelled.timeMillis() >= expirySeconds * 1000, cancelled.toString());
        }
        try (TestNode node = TestNode.start(dataDir)) {
            assertEquals(2, node.replayed.size());
            Reply reply = node.send(new Command.CancelOrder(Orders.ALICE, 1, "", TraceParent.NONE));
            assertEquals(
                    OrderStatus.EXPIRED,
                    assertInstanceOf(Reply.Cancelled.class, reply).state().status());
        }
    }

    @Test
    void shouldRefuseToStartWhenAnotherNodeHasTheDirectory() {
        try (TestNode node = TestNode.start(dataDir)) {
            EngineStartException refused = assertThrows(
                    EngineStartException.class,
                    () -> EngineNode.start(TestNode.config(dataDir), node.wakeGroup, List.of()));
            assertTrue(refused.getMessage().contains("another order engine uses " + dataDir), refused.getMessage());
            assertInstanceOf(
                    Reply.Accepted.class,
                    node.send(Orders.by(Orders.BOB)
                            .buy(1)
                            .expiresAt(EXPIRY_SECONDS)
                            .build()));
        }
    }

    @Test
    void shouldRefuseToStartWhenAPortIsTaken() throws IOException {
        EngineNodeConfig config = TestNode.config(dataDir);
        int port = config.basePort() + 3;
        try (DatagramSocket owner = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            assertTrue(owner.isBound());
            EngineStartException refused = assertThrows(
                    EngineStartException.class, () -> EngineNode.start(config, new WakeGroup(), List.of()));
            assertTrue(refused.getMessage().contains("127.0.0.1:" + port + " is taken"), refused.getMessage());
        }
        try (EngineNode node = EngineNode.start(config, new WakeGroup(), List.of());
                EngineClient client = node.newClient()) {
            Command order =
                    Orders.by(Orders.BOB).buy(1).expiresAt(EXPIRY_SECONDS).build();
            assertInstanceOf(
                    Reply.Accepted.class,
                    client.submit(order, TestNode.PATIENCE).join());
        }
    }

    @Test
    void shouldRefuseALogThatWasWrittenUnderOtherRules() {
        TestNode.start(dataDir).close();
        EngineNodeConfig config = TestNode.config(dataDir);
        EngineNodeConfig other = new EngineNodeConfig(
                config.dataDir(),
                config.aeronDir(),
                config.basePort(),
                List.of(new MarketRules(1, 1, 10, 10)),
                EngineLimits.DEFAULTS,
                0,
                Duration.ofMillis(20));
        EngineStartException refused =
                assertThrows(EngineStartException.class, () -> EngineNode.start(other, new WakeGroup(), List.of()));
        assertTrue(refused.getMessage().contains("other markets, limits or engine"), refused.getMessage());
    }

    @Test
    void shouldKeepServingWhenAListenerThrows() {
        WakeGroup wakeGroup = new WakeGroup();
        try (EngineNode node = EngineNode.start(TestNode.config(dataDir), wakeGroup, List.of((event, replaying) -> {
                    throw new IllegalStateException("a listener's own trouble");
                }));
                EngineClient client = node.newClient()) {
            Command order =
                    Orders.by(Orders.BOB).buy(1).expiresAt(EXPIRY_SECONDS).build();
            assertInstanceOf(
                    Reply.Accepted.class,
                    client.submit(order, TestNode.PATIENCE).join());
            assertEquals(1, node.sequence());
        }
    }
}
