package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogFollowerTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;

    @TempDir
    Path dataDir;

    /** Every second order trades with the one before it. */
    private static void trade(TestNode node, int orders) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < orders; i++) {
            Orders order = Orders.by(i % 2 == 0 ? Orders.ALICE : Orders.BOB).expiresAt(EXPIRY_SECONDS);
            Command command =
                    (i % 2 == 0 ? order.sell(2) : order.buy(2)).at(100).build();
            replies.add(node.submit(command));
        }
        replies.forEach(reply -> assertInstanceOf(Reply.Accepted.class, reply.join()));
    }

    private static void awaitAll(TestNode node, CollectingSink sink) {
        TestNode.await("the sink has every event", () -> sink.size() == node.events.size());
        assertEquals(List.copyOf(node.events), sink.copy());
    }

    @Test
    void shouldDeliverEveryEventInOrderWhileOrdersAreTraded() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("test", sink)) {
            trade(node, 2_000);
            awaitAll(node, sink);
            TestNode.await("it knows that it has caught up", follower::isCaughtUp);
            TestNode.await("it knows how far the sink is", () -> follower.deliveredSequence() == node.events.size());
            assertTrue(sink.largestBatch.get() <= LogFollower.BATCH_EVENTS_MAX);
            assertTrue(sink.resumes.get() >= 1);
        }
    }

    @Test
    void shouldResumeWithoutGapOrRepeatWhenTheFollowerIsRestarted() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir)) {
            try (LogFollower follower = node.node.newFollower("first", sink)) {
                trade(node, 100);
                awaitAll(node, sink);
                assertTrue(follower.failure().isEmpty());
            }
            trade(node, 100);
            assertEquals(150, sink.size());
            try (LogFollower follower = node.node.newFollower("second", sink)) {
                awaitAll(node, sink);
                assertTrue(follower.failure().isEmpty());
            }
        }
    }

    @Test
    void shouldResumeWithoutGapOrRepeatWhenTheNodeIsRestarted() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("first", sink)) {
            trade(node, 100);
            awaitAll(node, sink);
            assertTrue(follower.failure().isEmpty());
        }
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("second", sink)) {
            trade(node, 100);
            awaitAll(node, sink);
            assertEquals(300, sink.size());
            assertTrue(follower.failure().isEmpty());
        }
    }

    @Test
    void shouldGoOnWhereItWasWhenTheNodeIsRestartedUnderneath() {
        CollectingSink sink = new CollectingSink();
        WakeGroup wakeGroup = new WakeGroup();
        LogFollowerConfig config =
                new LogFollowerConfig("survivor", dataDir.resolve("aeron"), TestNode.MARKETS, EngineLimits.DEFAULTS);
        try (LogFollower follower = LogFollower.start(config, wakeGroup, sink)) {
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup);
                    EngineClient client = node.node.newClient()) {
                client.submit(
                                Orders.by(Orders.ALICE)
                                        .sell(1)
                                        .expiresAt(EXPIRY_SECONDS)
                                        .build(),
                                TestNode.PATIENCE)
                        .join();
                awaitAll(node, sink);
            }
            try (TestNode node = TestNode.startWithoutClient(dataDir, wakeGroup);
                    EngineClient client = node.node.newClient()) {
                client.submit(
                                Orders.by(Orders.BOB)
                                        .buy(1)
                                        .expiresAt(EXPIRY_SECONDS)
                                        .build(),
                                TestNode.PATIENCE)
                        .join();
                awaitAll(node, sink);
                assertEquals(3, sink.size());
                assertTrue(follower.failure().isEmpty());
            }
        }
    }

    @Test
    void shouldRepeatAndSkipNothingWhenTheSinkThrows() {
        CollectingSink sink = new CollectingSink();
        sink.failuresLeft.set(2);
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("test", sink)) {
            trade(node, 100);
            awaitAll(node, sink);
            sink.failuresLeft.set(2);
            trade(node, 100);
            awaitAll(node, sink);
            assertEquals(4, sink.failures.get());
            assertTrue(follower.failure().isEmpty());
        }
    }

    @Test
    void shouldStartOverWhenTheSinkHasLostState() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("test", sink)) {
            trade(node, 600);
            awaitAll(node, sink);
            sink.loseAllBut(10);
            trade(node, 2);
            awaitAll(node, sink);
            assertTrue(sink.resumes.get() >= 2);
            assertTrue(follower.failure().isEmpty());
        }
    }

    @Test
    void shouldFillTheSinkAgainWhenItIsEmptiedWhileNothingHappens() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("test", sink)) {
            trade(node, 10);
            awaitAll(node, sink);
            sink.empty();
            awaitAll(node, sink);
            assertTrue(follower.failure().isEmpty());
        }
    }

    @Test
    void shouldNotHoldUpTheEngineWhenTheSinkBlocks() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir);
                LogFollower follower = node.node.newFollower("test", sink)) {
            sink.gate.lock();
            try {
                for (int round = 0; round < 10; round++) {
                    trade(node, 2_000);
                }
                assertTrue(sink.size() < node.events.size());
            } finally {
                sink.gate.unlock();
            }
            awaitAll(node, sink);
            assertTrue(follower.failure().isEmpty());
        }
    }

    private CollectingSink sinkOfAnotherLog() {
        CollectingSink sink = new CollectingSink();
        try (TestNode node = TestNode.start(dataDir.resolve("old"));
                LogFollower follower = node.node.newFollower("old", sink)) {
            trade(node, 10);
            awaitAll(node, sink);
            assertTrue(follower.failure().isEmpty());
        }
        return sink;
    }

    @Test
    void shouldStopWithAFailureWhenTheSinkIsAheadOfTheLog() {
        CollectingSink sink = sinkOfAnotherLog();
        try (TestNode node = TestNode.start(dataDir.resolve("new"));
                LogFollower follower = node.node.newFollower("new", sink)) {
            TestNode.await("the failure", () -> follower.failure().isPresent());
            assertEquals(
                    "the sink has events up to 15, but the log ends at 0: it is not this log's sink",
                    follower.failure().orElseThrow());
            trade(node, 20);
            assertEquals(15, sink.size());
        }
    }

    @Test
    void shouldFillTheSinkThatWasAheadOfTheLogOnceItIsEmptied() {
        CollectingSink sink = sinkOfAnotherLog();
        try (TestNode node = TestNode.start(dataDir.resolve("new"));
                LogFollower follower = node.node.newFollower("new", sink)) {
            TestNode.await("the failure", () -> follower.failure().isPresent());
            trade(node, 4);
            sink.empty();
            awaitAll(node, sink);
            assertTrue(follower.failure().isEmpty());
            trade(node, 4);
            awaitAll(node, sink);
        }
    }
}
