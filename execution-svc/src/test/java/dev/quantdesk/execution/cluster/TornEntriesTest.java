package dev.quantdesk.execution.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.Reply;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.HeaderFlyweight;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs of nodes that were killed at the worst moment, made by copying a running node's directory and cutting its last write. */
@Timeout(60)
class TornEntriesTest {
    private static final long EXPIRY_SECONDS = System.currentTimeMillis() / 1000 + 600;
    private static final int PAGE = 4096;
    private static final int TERM = 1024 * 1024;
    private static final int ORDERS_BELOW_A_TERM = 2_000;
    private static final String LOG = "archive/0-0.rec";

    @TempDir
    Path directory;

    private Path killed;
    private final List<Command.PlaceOrder> orders = new ArrayList<>();
    private List<EngineEvent> events;

    @Test
    void shouldStartWithEverythingButTheEntryThatWasCutShort() throws IOException {
        copyOfNodeWhoseLastEntryCrossesPages();
        byte[] log = Files.readAllBytes(killed.resolve(LOG));
        int last = lastEntry(log);
        int cut = BitUtil.align(last + 1, PAGE);
        write(cut, new byte[endOf(log, last) - cut]);

        Command.PlaceOrder lost = orders.getLast();
        try (TestNode node = TestNode.start(killed)) {
            assertEquals(events.subList(0, events.size() - 1), List.copyOf(node.replayed));
            assertInstanceOf(Reply.Accepted.class, node.send(lost));
            assertInstanceOf(Reply.Duplicate.class, node.send(orders.getFirst()));
        }
        try (TestNode node = TestNode.start(killed)) {
            assertEquals(events.size(), node.replayed.size());
        }
    }

    @Test
    void shouldKeepALastEntryThatIsWhole() throws IOException {
        copyOfNodeWhoseLastEntryCrossesPages();
        byte[] before = Files.readAllBytes(killed.resolve(LOG));
        Files.createFile(killed.resolve("archive/99-0.rec"));

        TornEntries.erase(killed.resolve("archive"));

        assertArrayEquals(before, Files.readAllBytes(killed.resolve(LOG)));
        try (TestNode node = TestNode.start(killed)) {
            assertEquals(events, List.copyOf(node.replayed));
        }
    }

    /** What fills up the log's term before a message that is too long for the rest of it. */
    @Test
    void shouldStartAfterPaddingOverEmptyPages() throws IOException {
        copyOfNodeWhoseLogEndsWithPadding();
        checkItGoesOn();
    }

    @Test
    void shouldStartOverAnEntryThatWasCutShortAfterPadding() throws IOException {
        copyOfNodeWhoseLogEndsWithPadding();
        byte[] log = Files.readAllBytes(killed.resolve(LOG));
        byte[] torn = Arrays.copyOfRange(log, 0, PAGE);
        ByteBuffer.wrap(torn)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(DataHeaderFlyweight.FRAME_LENGTH_FIELD_OFFSET, 2 * PAGE)
                .putInt(
                        DataHeaderFlyweight.TERM_ID_FIELD_OFFSET,
                        1 + FrameDescriptor.frameTermId(new UnsafeBuffer(log), 0));
        write(TERM, torn);
        checkItGoesOn();
    }

    private void copyOfNodeWhoseLogEndsWithPadding() throws IOException {
        copyOfNodeWhoseLogIs(ORDERS_BELOW_A_TERM, log -> endOf(log, lastEntry(log)) > TERM - 4 * PAGE);
        byte[] log = Files.readAllBytes(killed.resolve(LOG));
        int last = lastEntry(log);
        int end = endOf(log, last);
        assertTrue(end < TERM - PAGE, () -> "no room for padding over a page after " + end);
        byte[] padding = Arrays.copyOfRange(log, last, last + DataHeaderFlyweight.HEADER_LENGTH);
        ByteBuffer.wrap(padding)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(DataHeaderFlyweight.FRAME_LENGTH_FIELD_OFFSET, TERM - end)
                .putShort(DataHeaderFlyweight.TYPE_FIELD_OFFSET, (short) HeaderFlyweight.HDR_TYPE_PAD)
                .putInt(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, end);
        write(end, padding);
    }

    private void checkItGoesOn() {
        Command.PlaceOrder next = order(orders.size());
        try (TestNode node = TestNode.start(killed)) {
            assertEquals(events, List.copyOf(node.replayed));
            assertInstanceOf(Reply.Accepted.class, node.send(next));
        }
        try (TestNode node = TestNode.start(killed)) {
            assertEquals(events.size() + 1, node.replayed.size());
        }
    }

    private void copyOfNodeWhoseLastEntryCrossesPages() throws IOException {
        copyOfNodeWhoseLogIs(0, log -> lastEntry(log) / PAGE != (endOf(log, lastEntry(log)) - 1) / PAGE);
    }

    /** @param orders that are placed before the log is looked at for the first time */
    private void copyOfNodeWhoseLogIs(int orders, Predicate<byte[]> wanted) throws IOException {
        Path running = directory.resolve("running");
        killed = directory.resolve("killed");
        try (TestNode node = TestNode.start(running)) {
            do {
                do {
                    this.orders.add(order(this.orders.size()));
                    assertInstanceOf(Reply.Accepted.class, node.send(this.orders.getLast()));
                } while (this.orders.size() < orders);
            } while (!wanted.test(Files.readAllBytes(running.resolve(LOG))));
            events = List.copyOf(node.events);
            copy(running, killed);
        }
    }

    /** Orders that rest, one event each. */
    private static Command.PlaceOrder order(int number) {
        return Orders.by(Orders.account(number % 20))
                .nonce(1 + number)
                .clientId("order-" + number)
                .sell(5)
                .at(100 + number)
                .expiresAt(EXPIRY_SECONDS)
                .build();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private void write(int offset, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(killed.resolve(LOG).toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
    }

    private static int lastEntry(byte[] log) {
        int last = 0;
        for (int entry = 0; FrameDescriptor.frameLength(new UnsafeBuffer(log), entry) > 0; entry = endOf(log, entry)) {
            last = entry;
        }
        return last;
    }

    private static int endOf(byte[] log, int entry) {
        int length = FrameDescriptor.frameLength(new UnsafeBuffer(log), entry);
        return entry + BitUtil.align(length, FrameDescriptor.FRAME_ALIGNMENT);
    }
}
