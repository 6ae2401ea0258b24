package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine of three members: one log, one state, and no acknowledged order lost when the leader goes. */
@Timeout(120)
class ThreeMembersTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;
    private static final int ORDERS = 300;

    @TempDir
    Path directory;

    /** Two members' followers may overlap while the leadership moves: the sink takes each event once, as the real ones do. */
    private static final class FencedSink implements FollowerSink {
        private final List<EngineEvent> stored = new ArrayList<>();

        @Override
        public synchronized long resumeAfterSequence() {
            return stored.size();
        }

        @Override
        public synchronized void accept(List<EngineEvent> events) {
            if (events.getFirst().sequence() != stored.size() + 1) {
                throw new SinkResetException("another member's follower has gone on");
            }
            stored.addAll(events);
        }

        synchronized List<EngineEvent> copy() {
            return List.copyOf(stored);
        }
    }

    private static Command.PlaceOrder order(int number) {
        Orders order =
                Orders.by(Orders.account(number % 20)).expiresAt(EXPIRY_SECONDS).at(100 + number % 3);
        return (number % 2 == 0 ? order.buy(1 + number % 7) : order.sell(1 + number % 5)).build();
    }

    private static long orderId(Reply reply) {
        return switch (reply) {
            case Reply.Accepted accepted -> accepted.state().orderId();
            case Reply.Duplicate duplicate -> duplicate.state().orderId();
            default -> throw new AssertionError(reply.toString());
        };
    }

    /** Places orders by way of the members in turn; what they were acknowledged as goes to {@code acknowledged}. */
    private static List<CompletableFuture<Void>> place(
            List<TestCluster.Member> members, int count, Map<String, Long> acknowledged) {
        List<CompletableFuture<Void>> placed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Command.PlaceOrder order = order(i);
            placed.add(members.get(i % members.size())
                    .submit(order)
                    .thenAccept(reply -> acknowledged.put(order.clientOrderId(), orderId(reply))));
        }
        return placed;
    }

    private static void awaitOneState(List<TestCluster.Member> members, long sequence) {
        TestNode.await(
                "every member has every event",
                () -> members.stream().allMatch(member -> member.node.sequence() == sequence));
        List<EngineEvent> events = List.copyOf(members.getFirst().events);
        for (TestCluster.Member member : members) {
            assertEquals(events, List.copyOf(member.events));
            assertEquals(members.getFirst().node.stateHash(), member.node.stateHash());
        }
    }

    private static void checkAcknowledged(List<EngineEvent> events, Map<String, Long> acknowledged) {
        Map<String, Long> accepted = new ConcurrentHashMap<>();
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.OrderAccepted order) {
                Long earlier =
                        accepted.put(order.ref().clientOrderId(), order.ref().orderId());
                assertEquals(null, earlier, () -> "placed twice: " + order);
            }
        }
        assertEquals(accepted, acknowledged);
    }

    @Test
    void shouldLoseNothingAndComeToOneStateWhenTheLeaderGoesAndComesBack() throws IOException {
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        FencedSink sink = new FencedSink();
        List<LogFollower> followers = new ArrayList<>();
        try (TestCluster cluster = TestCluster.start(directory)) {
            List<TestCluster.Member> all = List.of(cluster.member(0), cluster.member(1), cluster.member(2));
            all.forEach(member -> followers.add(member.node.newFollower("test", sink)));
            place(all, ORDERS, acknowledged).forEach(CompletableFuture::join);
            assertEquals(ORDERS, acknowledged.size());
            awaitOneState(all, all.getFirst().client.barrier(TestNode.PATIENCE).join());

            int leader = cluster.leader();
            TestCluster.Member old = cluster.member(leader);
            List<TestCluster.Member> rest =
                    all.stream().filter(member -> member != old).toList();
            List<CompletableFuture<Void>> during = place(rest, ORDERS, acknowledged);
            followers.get(leader).close();
            long stopped = System.nanoTime();
            cluster.stop(leader);
            during.forEach(CompletableFuture::join);
            place(rest, 2, acknowledged).forEach(CompletableFuture::join);
            System.out.printf("a new leader acknowledged after %d ms%n", (System.nanoTime() - stopped) / 1_000_000);
            awaitOneState(
                    rest, rest.getFirst().client.barrier(TestNode.PATIENCE).join());

            cluster.start(leader);
            TestCluster.Member back = cluster.member(leader);
            TestNode.await("the member has come back", () -> back.live);
            place(List.of(back), 2, acknowledged).forEach(CompletableFuture::join);
            List<TestCluster.Member> again = List.of(back, rest.get(0), rest.get(1));
            awaitOneState(again, back.client.barrier(TestNode.PATIENCE).join());
            List<EngineEvent> events = List.copyOf(back.events);
            checkAcknowledged(events, acknowledged);
            TestNode.await("the sink has every event", () -> sink.copy().size() == events.size());
            assertEquals(events, sink.copy());
            followers.forEach(follower -> assertTrue(follower.failure().isEmpty()));
        } finally {
            followers.forEach(LogFollower::close);
        }
    }

    private static void awaitOneHash(List<TestCluster.Member> members, long sequence) {
        TestNode.await(
                "every member has every event",
                () -> members.stream().allMatch(member -> member.node.sequence() == sequence));
        members.forEach(member -> assertEquals(members.getFirst().node.stateHash(), member.node.stateHash()));
    }

    private static void takeSnapshot(TestCluster cluster, List<TestCluster.Member> members) {
        List<Long> before =
                members.stream().map(member -> member.node.snapshotsTaken()).toList();
        TestNode.await(
                "a snapshot is begun",
                () -> cluster.member(cluster.leader()).node.takeSnapshot());
        for (int i = 0; i < members.size(); i++) {
            EngineNode node = members.get(i).node;
            long wanted = before.get(i) + 1;
            TestNode.await("the snapshot is taken", () -> node.snapshotsTaken() == wanted);
        }
    }

    @Test
    void shouldComeToOneStateFromSnapshotsWhenMembersWereAway() throws IOException {
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        try (TestCluster cluster = TestCluster.start(directory)) {
            List<TestCluster.Member> all = List.of(cluster.member(0), cluster.member(1), cluster.member(2));
            place(all, ORDERS, acknowledged).forEach(CompletableFuture::join);
            takeSnapshot(cluster, all);

            int away = cluster.follower();
            List<TestCluster.Member> rest = all.stream()
                    .filter(member -> member != cluster.member(away))
                    .toList();
            cluster.stop(away);
            place(rest, ORDERS, acknowledged).forEach(CompletableFuture::join);
            takeSnapshot(cluster, rest);
            place(rest, 10, acknowledged).forEach(CompletableFuture::join);

            cluster.start(away);
            TestCluster.Member back = cluster.member(away);
            TestNode.await("the member has come back", () -> back.live);
            List<TestCluster.Member> again = List.of(back, rest.get(0), rest.get(1));
            long sequence = back.client.barrier(TestNode.PATIENCE).join();
            awaitOneHash(again, sequence);
            assertTrue(back.events.size() < sequence, "it has not started from its snapshot");
            assertTrue(back.events.getLast().sequence() == sequence);
            assertEquals(1, back.node.snapshotsTaken(), "it has not taken the snapshot that it was away for");

            int leader = cluster.leader();
            cluster.stop(leader);
            TestCluster.Member another = cluster.member(cluster.leader());
            place(List.of(another), 10, acknowledged).forEach(CompletableFuture::join);
            cluster.start(leader);
            TestCluster.Member old = cluster.member(leader);
            TestNode.await("the old leader has come back", () -> old.live);
            long last = old.client.barrier(TestNode.PATIENCE).join();
            awaitOneHash(List.of(cluster.member(0), cluster.member(1), cluster.member(2)), last);
            assertTrue(old.events.size() < last - sequence + ORDERS, "it has not started from the second snapshot");
        }
    }

    @Test
    void shouldTellAFollowersReaderHowFarTheEngineIsWhenItAsks() throws IOException {
        try (TestCluster cluster = TestCluster.start(directory)) {
            TestCluster.Member follower = cluster.member(cluster.follower());
            Reply reply = cluster.member(cluster.leader()).submit(order(0)).join();
            long sequence = follower.client.barrier(TestNode.PATIENCE).join();
            assertTrue(sequence >= reply.sequence(), sequence + " < " + reply.sequence());
            TestNode.await("the follower has it", () -> follower.node.sequence() >= sequence);
            assertInstanceOf(EngineEvent.OrderAccepted.class, follower.events.getFirst());
        }
    }

    @Test
    void shouldRefuseALogThatMayLackOrdersOrThatOthersCouldOutvote() throws IOException {
        Path alone = directory.resolve("alone");
        TestNode.start(alone).close();
        try (TestCluster cluster = TestCluster.start(directory)) {
            cluster.stop(2);
            EngineNodeConfig member = cluster.config(2);
            EngineNodeConfig asAlone = EngineNodeConfig.of(cluster.dataDir(2), TestNode.freePorts(), TestNode.MARKETS);
            assertRefused("is that of member 2 of 3", asAlone);
            assertRefused(
                    "is that of a member that was alone",
                    new EngineNodeConfig(
                            alone,
                            alone.resolve("aeron"),
                            member.members(),
                            member.markets(),
                            member.limits(),
                            0,
                            member.idlePark()));
        }
    }

    @Test
    void shouldGrowFromOneMemberWhenItsLogIsCopiedToAll() throws IOException {
        Path alone = directory.resolve("alone");
        List<EngineEvent> before;
        try (TestNode node = TestNode.start(alone)) {
            for (int i = 0; i < ORDERS; i++) {
                node.send(order(i));
            }
            before = List.copyOf(node.events);
        }
        for (int id = 0; id < TestCluster.SIZE; id++) {
            Path member = directory.resolve("member-" + id);
            copy(alone, member);
            Files.writeString(member.resolve("member.txt"), "member " + id + " of 3\n");
        }
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        try (TestCluster cluster = TestCluster.start(directory)) {
            List<TestCluster.Member> all = List.of(cluster.member(0), cluster.member(1), cluster.member(2));
            place(all, ORDERS, acknowledged).forEach(CompletableFuture::join);
            awaitOneState(all, all.getLast().client.barrier(TestNode.PATIENCE).join());
            List<EngineEvent> events = all.getLast().events;
            assertEquals(before, List.copyOf(events.subList(0, before.size())));
            assertEquals(ORDERS, acknowledged.size());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void assertRefused(String why, EngineNodeConfig config) {
        EngineStartException refused =
                assertThrows(EngineStartException.class, () -> EngineNode.start(config, new WakeGroup(), List.of()));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
