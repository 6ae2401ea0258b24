package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineClientTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;

    @TempDir
    Path dataDir;

    private static Command order() {
        return Orders.by(Orders.BOB).buy(1).expiresAt(EXPIRY_SECONDS).build();
    }

    private static Throwable failureOf(CompletableFuture<Reply> future) {
        return assertThrows(CompletionException.class, future::join).getCause();
    }

    private EngineClientConfig config(int maxPending) {
        return new EngineClientConfig(dataDir.resolve("aeron"), maxPending, Duration.ofSeconds(1));
    }

    @Test
    void shouldSayNotCarriedOutWhenNoNodeRuns() {
        try (EngineClient client = EngineClient.start(config(10), new WakeGroup())) {
            assertInstanceOf(
                    EngineUnavailableException.class, failureOf(client.submit(order(), Duration.ofMillis(50))));
            assertFalse(client.isConnected());
        }
    }

    @Test
    void shouldRefuseWhenTooManyCommandsWait() {
        CompletableFuture<Reply> first;
        CompletableFuture<Reply> second;
        try (EngineClient client = EngineClient.start(config(2), new WakeGroup())) {
            first = client.submit(order(), TestNode.PATIENCE);
            second = client.submit(order(), TestNode.PATIENCE);
            assertInstanceOf(EngineBusyException.class, failureOf(client.submit(order(), TestNode.PATIENCE)));
        }
        assertInstanceOf(EngineUnavailableException.class, failureOf(first));
        assertInstanceOf(EngineUnavailableException.class, failureOf(second));
    }

    @Test
    void shouldTakeNewCommandsWhenEarlierOnesHaveTimedOut() {
        try (EngineClient client = EngineClient.start(config(1), new WakeGroup())) {
            failureOf(client.submit(order(), Duration.ofMillis(20)));
            assertInstanceOf(
                    EngineUnavailableException.class, failureOf(client.submit(order(), Duration.ofMillis(20))));
        }
    }

    @Test
    void shouldRefuseWhenClosed() {
        EngineClient client = EngineClient.start(config(2), new WakeGroup());
        client.close();
        assertInstanceOf(EngineUnavailableException.class, failureOf(client.submit(order(), TestNode.PATIENCE)));
    }

    @Test
    void shouldAnswerManyCommandsInOrderWhenSubmittedAtOnce() {
        int orders = 3_000;
        try (TestNode node = TestNode.start(dataDir)) {
            List<CompletableFuture<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < orders; i++) {
                replies.add(node.submit(Orders.by(Orders.account(i % 100))
                        .buy(1)
                        .at(1 + i % 50)
                        .expiresAt(EXPIRY_SECONDS)
                        .build()));
            }
            for (int i = 0; i < orders; i++) {
                Reply.Accepted reply =
                        assertInstanceOf(Reply.Accepted.class, replies.get(i).join());
                assertEquals(i + 1, reply.state().orderId());
            }
        }
    }

    @Test
    void shouldSendAgainWhatWasUnansweredWhenTheNodeComesBack() {
        WakeGroup wakeGroup = new WakeGroup();
        Command second = order();
        try (EngineClient client = EngineClient.start(EngineClientConfig.of(dataDir.resolve("aeron")), wakeGroup)) {
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup)) {
                assertInstanceOf(
                        Reply.Accepted.class,
                        client.submit(order(), TestNode.PATIENCE).join());
                assertEquals(1, node.events.size());
            }
            CompletableFuture<Reply> whileDown = client.submit(second, TestNode.PATIENCE);
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup)) {
                Reply.Accepted reply = assertInstanceOf(Reply.Accepted.class, whileDown.join());
                assertEquals(2, reply.state().orderId());
                assertEquals(2, node.events.size());
                assertInstanceOf(
                        Reply.Duplicate.class,
                        client.submit(second, TestNode.PATIENCE).join());
                assertTrue(client.isConnected());
            }
        }
    }

    @Test
    void shouldPlaceEachOrderOnceWhenTheConnectionIsLostUnderLoad() {
        WakeGroup wakeGroup = new WakeGroup();
        int orders = 4_000;
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        try (EngineClient client = EngineClient.start(EngineClientConfig.of(dataDir.resolve("aeron")), wakeGroup)) {
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup)) {
                for (int i = 0; i < orders; i++) {
                    replies.add(client.submit(
                            Orders.by(Orders.account(i % 50))
                                    .buy(1)
                                    .expiresAt(EXPIRY_SECONDS)
                                    .build(),
                            TestNode.PATIENCE));
                }
                TestNode.await("some orders", () -> node.events.size() > 100);
            }
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup)) {
                long ids = replies.stream()
                        .map(CompletableFuture::join)
                        .mapToLong(reply -> switch (reply) {
                            case Reply.Accepted accepted -> accepted.state().orderId();
                            case Reply.Duplicate duplicate -> duplicate.state().orderId();
                            default -> throw new AssertionError(reply.toString());
                        })
                        .distinct()
                        .count();
                assertEquals(orders, ids);
                assertEquals(
                        orders,
                        node.events.stream()
                                .filter(EngineEvent.OrderAccepted.class::isInstance)
                                .count());
            }
        }
    }
}
