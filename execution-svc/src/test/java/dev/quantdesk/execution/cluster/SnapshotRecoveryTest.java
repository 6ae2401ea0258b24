package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderStatus;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that starts from a snapshot and the log after it is the node that wrote them. */
@Timeout(90)
class SnapshotRecoveryTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;

    @TempDir
    Path dataDir;

    /** Counts events, and keeps the count in snapshots. */
    private static final class Counter implements SavedListener {
        volatile long events;
        volatile long loaded;
        volatile int clears;

        @Override
        public void onEvent(EngineEvent event, boolean replaying) {
            assertEquals(events + 1, event.sequence());
            events = event.sequence();
        }

        @Override
        public String name() {
            return "counter";
        }

        @Override
        public void save(SnapshotWriter out) {
            out.int64(events);
        }

        @Override
        public void load(SnapshotReader in) {
            events = in.int64();
            loaded = events;
        }

        @Override
        public void clear() {
            events = 0;
            clears++;
        }
    }

    /** A node, its client and its counter. */
    private final class Running implements AutoCloseable {
        final Counter counter = new Counter();
        final EngineNode node;
        final EngineClient client;

        Running() {
            node = EngineNode.start(TestNode.config(dataDir), new WakeGroup(), List.of(counter));
            client = node.newClient();
        }

        Reply send(Command command) {
            return client.submit(command, TestNode.PATIENCE).join();
        }

        long sequence() {
            return client.barrier(TestNode.PATIENCE).join();
        }

        /** @return the engine's sequence in it */
        long takeSnapshot() {
            long sequence = sequence();
            long before = node.snapshotsTaken();
            TestNode.await("a snapshot is begun", node::takeSnapshot);
            TestNode.await("the snapshot is taken", () -> node.snapshotsTaken() == before + 1);
            return sequence;
        }

        @Override
        public void close() {
            client.close();
            node.close();
        }
    }

    /** Every second order trades with the one before it, and every tenth rests. */
    private static void trade(Running node, int orders) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < orders; i++) {
            Orders order = Orders.by(Orders.account(i % 7)).expiresAt(EXPIRY_SECONDS);
            boolean rests = i % 10 == 9;
            Command command = (rests
                            ? order.buy(3).at(50)
                            : i % 2 == 0 ? order.sell(2).at(100) : order.buy(2).at(100))
                    .build();
            replies.add(node.client.submit(command, TestNode.PATIENCE));
        }
        replies.forEach(reply -> assertInstanceOf(Reply.Accepted.class, reply.join()));
    }

    private static Command.PlaceOrder resting() {
        return Orders.by(Orders.ALICE).sell(5).at(200).expiresAt(EXPIRY_SECONDS).build();
    }

    @Test
    void shouldStartFromItsSnapshotAndTheLogAfterIt() {
        Command.PlaceOrder before = resting();
        Command.PlaceOrder after = resting();
        long snapshot;
        long sequence;
        long hash;
        try (Running node = new Running()) {
            node.send(before);
            trade(node, 500);
            snapshot = node.takeSnapshot();
            trade(node, 100);
            node.send(after);
            sequence = node.sequence();
            hash = node.node.stateHash();
        }
        try (Running node = new Running()) {
            assertEquals(sequence, node.sequence());
            assertEquals(hash, node.node.stateHash());
            assertEquals(snapshot, node.counter.loaded);
            assertEquals(sequence, node.counter.events);
            Reply.Duplicate first = assertInstanceOf(Reply.Duplicate.class, node.send(before));
            assertEquals(1, first.state().orderId());
            assertInstanceOf(Reply.Duplicate.class, node.send(after));
            Reply.Accepted next = assertInstanceOf(
                    Reply.Accepted.class,
                    node.send(Orders.by(Orders.account(50))
                            .buy(5)
                            .at(200)
                            .expiresAt(EXPIRY_SECONDS)
                            .build()));
            assertEquals(OrderStatus.FILLED, next.state().status());
            assertEquals(603, next.state().orderId());
        }
    }

    @Test
    void shouldFireATimerThatWasSetBeforeTheSnapshot() {
        long sequence;
        try (Running node = new Running()) {
            sequence = takeSnapshotWithATimer(node);
        }
        try (Running node = new Running()) {
            TestNode.await("expiry", () -> node.counter.events == sequence + 1);
            assertEquals(sequence, node.counter.loaded);
        }
    }

    /** An order that expires before the snapshot is taken shows nothing: another is tried. @return the engine's sequence in it */
    private static long takeSnapshotWithATimer(Running node) {
        while (true) {
            Reply placed = node.send(Orders.by(Orders.ALICE)
                    .sell(5)
                    .at(100)
                    .expiresAt(System.currentTimeMillis() / 1000 + 4)
                    .build());
            assertInstanceOf(Reply.Accepted.class, placed);
            long sequence = node.takeSnapshot();
            if (node.sequence() == placed.sequence()) {
                return sequence;
            }
        }
    }

    @Test
    void shouldDeliverEveryEventWhetherTheSinkIsBeyondTheSnapshotOrBehindIt() {
        CollectingSink beyond = new CollectingSink();
        CollectingSink behind = new CollectingSink();
        try (Running node = new Running();
                LogFollower first = node.node.newFollower("beyond", beyond)) {
            try (LogFollower second = node.node.newFollower("behind", behind)) {
                trade(node, 100);
                long sequence = node.sequence();
                TestNode.await("both are filled", () -> beyond.size() == sequence && behind.size() == sequence);
                assertTrue(second.failure().isEmpty());
            }
            trade(node, 100);
            node.takeSnapshot();
            TestNode.await("the first is filled", () -> beyond.size() == node.counter.events);
            assertTrue(first.failure().isEmpty());
        }
        try (Running node = new Running();
                LogFollower first = node.node.newFollower("beyond", beyond);
                LogFollower second = node.node.newFollower("behind", behind);
                LogFollower third = node.node.newFollower("empty", new CollectingSink())) {
            trade(node, 10);
            long sequence = node.sequence();
            TestNode.await(
                    "all are filled",
                    () -> List.of(first, second, third).stream()
                            .allMatch(follower -> follower.deliveredSequence() == sequence));
            assertEquals(sequence, beyond.size());
            assertEquals(beyond.copy(), behind.copy());
            beyond.empty();
            TestNode.await("the emptied one is filled again", () -> beyond.size() == sequence);
            assertEquals(behind.copy(), beyond.copy());
        }
    }

    /** Changes the middle of the engine's part of a snapshot. @param newest 0 for the latest, 1 for the one before */
    private void damage(int newest) throws IOException {
        List<Path> recordings = new ArrayList<>();
        try (var files = Files.list(dataDir.resolve("archive"))) {
            files.filter(file -> file.toString().endsWith(".rec")).forEach(recordings::add);
        }
        // The log is recording 0; each snapshot is the engine's part, then the cluster's own.
        recordings.removeIf(file -> recordingId(file) == 0);
        recordings.sort((a, b) -> Long.compare(recordingId(b), recordingId(a)));
        Path engines = newestEngineParts(recordings).get(newest);
        try (RandomAccessFile file = new RandomAccessFile(engines.toFile(), "rw")) {
            file.seek(20_000);
            int was = file.read();
            file.seek(20_000);
            file.write(was ^ 1);
        }
    }

    private static long recordingId(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring(0, name.indexOf('-')));
    }

    /** The larger of each snapshot's two recordings. */
    private static List<Path> newestEngineParts(List<Path> recordings) throws IOException {
        List<Path> parts = new ArrayList<>();
        for (Path recording : recordings) {
            byte[] bytes = Files.readAllBytes(recording);
            if (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).contains("quantdesk-engine-snapshot")) {
                parts.add(recording);
            }
        }
        return parts;
    }

    @Test
    void shouldFallBackToTheSnapshotBeforeAndThenToTheLogWhenSnapshotsAreDamaged() throws IOException {
        long first;
        long second;
        long sequence;
        long hash;
        try (Running node = new Running()) {
            trade(node, 300);
            first = node.takeSnapshot();
            trade(node, 100);
            second = node.takeSnapshot();
            trade(node, 100);
            sequence = node.sequence();
            hash = node.node.stateHash();
        }
        damage(0);
        try (Running node = new Running()) {
            assertEquals(sequence, node.sequence());
            assertEquals(first, node.counter.loaded);
            assertEquals(1, node.counter.clears);
            assertEquals(sequence, node.counter.events);
            assertEquals(hash, node.node.stateHash());
        }
        try (Running node = new Running()) {
            // The replay has come past the place of the damaged one, and has taken it again.
            assertEquals(sequence, node.sequence());
            assertEquals(second, node.counter.loaded);
        }
        damage(0);
        damage(1);
        damage(2);
        try (Running node = new Running()) {
            assertEquals(sequence, node.sequence());
            assertEquals(0, node.counter.loaded);
            assertEquals(sequence, node.counter.events);
            assertEquals(hash, node.node.stateHash());
            trade(node, 10);
        }
    }

    @Test
    void shouldFallBackToTheLogWhenTheClustersOwnPartOfTheSnapshotIsDamaged() throws IOException {
        long sequence;
        try (Running node = new Running()) {
            trade(node, 100);
            sequence = node.takeSnapshot();
        }
        // A snapshot is two recordings: the engine's part, and the cluster's own.
        Path clusters;
        try (var files = Files.list(dataDir.resolve("archive"))) {
            List<Path> recordings =
                    new ArrayList<>(files.filter(file -> file.toString().endsWith(".rec"))
                            .filter(file -> recordingId(file) != 0)
                            .toList());
            recordings.removeAll(newestEngineParts(recordings));
            assertEquals(1, recordings.size());
            clusters = recordings.getFirst();
        }
        try (RandomAccessFile file = new RandomAccessFile(clusters.toFile(), "rw")) {
            // The schema of its first message, behind the frame's header.
            file.seek(32 + 4);
            file.write(0x7F);
        }
        try (Running node = new Running()) {
            assertEquals(sequence, node.sequence());
            assertEquals(sequence, node.counter.events);
            assertEquals(1, node.counter.clears);
        }
    }

    @Test
    void shouldTakeASnapshotWhenAskedByWayOfTheSharedMemory() throws InterruptedException {
        assertFalse(SnapshotRequest.take(dataDir.resolve("aeron"), TestNode.PATIENCE));
        long sequence;
        try (Running node = new Running()) {
            trade(node, 10);
            sequence = node.sequence();
            assertTrue(SnapshotRequest.take(dataDir.resolve("aeron"), TestNode.PATIENCE));
            assertEquals(1, node.node.snapshotsTaken());
        }
        try (Running node = new Running()) {
            assertEquals(sequence, node.sequence());
            assertEquals(sequence, node.counter.loaded);
        }
    }

    @Test
    void shouldKeepTwoSnapshotsAndDeleteThoseBefore() {
        try (Running node = new Running()) {
            for (int i = 0; i < 5; i++) {
                trade(node, 10);
                node.takeSnapshot();
            }
            TestNode.await("older ones are deleted", () -> {
                try (var files = Files.list(dataDir.resolve("archive"))) {
                    // The log's, and for each snapshot the engine's part and the cluster's own; one more may be left
                    // for now.
                    return files.filter(file -> file.toString().endsWith(".rec"))
                                    .count()
                            <= 1 + 2 * (SnapshotKeeper.KEPT + 1);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
        try (Running node = new Running()) {
            assertEquals(node.sequence(), node.counter.loaded);
        }
    }
}
