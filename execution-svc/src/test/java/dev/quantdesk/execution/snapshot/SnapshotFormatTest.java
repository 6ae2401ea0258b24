package dev.quantdesk.execution.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written is what is read, and nothing else is read. */
@Timeout(30)
class SnapshotFormatTest {
    private static final PublicKey KEY = new PublicKey(1, 2, 3, 4);
    private static final UUID ID = new UUID(5, 6);
    private static final byte[] LONG_BYTES = new byte[3_000];

    private final long seed = Long.getLong("snapshot.seed", System.nanoTime() & 0xFFFF_FFFFL);

    private static void write(SnapshotWriter out) {
        out.section("part", 3);
        for (int i = 0; i < 200; i++) {
            out.int8(i)
                    .int32(-i)
                    .int64(Long.MIN_VALUE + i)
                    .bool(i % 2 == 0)
                    .key(KEY)
                    .uuid(ID)
                    .text("text " + i);
        }
        LONG_BYTES[2_999] = 7;
        out.bytes(LONG_BYTES).bytes(new UnsafeBuffer(LONG_BYTES), 2_990, 10).bytes(new byte[0]);
    }

    private static void read(SnapshotReader in) {
        in.section("part", 3);
        PublicKey first = null;
        for (int i = 0; i < 200; i++) {
            assertEquals(i, in.int8());
            assertEquals(-i, in.int32());
            assertEquals(Long.MIN_VALUE + i, in.int64());
            assertEquals(i % 2 == 0, in.bool());
            PublicKey key = in.key();
            first = first == null ? key : first;
            assertEquals(KEY, key);
            assertSame(first, key);
            assertEquals(ID, in.uuid());
            assertEquals("text " + i, in.text(10));
        }
        assertArrayEquals(LONG_BYTES, in.bytes(3_000));
        UnsafeBuffer target = new UnsafeBuffer(new byte[10]);
        assertEquals(10, in.bytes(target));
        assertEquals(7, target.getByte(9));
        assertEquals(0, in.bytes(0).length);
    }

    private static void refused(String why, Chunks chunks) {
        SnapshotException refused = assertThrows(SnapshotException.class, () -> chunks.read(SnapshotFormatTest::read));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void shouldReadWhatWasWrittenWhereverItIsCut() {
        Chunks chunks = Chunks.of(SnapshotFormatTest::write);
        assertTrue(chunks.list.size() > 40);
        assertTrue(chunks.list.stream().allMatch(chunk -> chunk.length <= SnapshotWriter.CHUNK_LENGTH_MIN));
        chunks.read(SnapshotFormatTest::read);
    }

    @Test
    void shouldRefuseWhatIsCutShortOrOutOfOrder() {
        Chunks shortened = Chunks.of(SnapshotFormatTest::write);
        shortened.list.removeLast();
        refused("cut short", shortened);
        Chunks withGap = Chunks.of(SnapshotFormatTest::write);
        withGap.list.remove(5);
        refused("chunk 6 came where chunk 5 was expected", withGap);
        Chunks twoEnds = Chunks.of(out -> out.section("part", 3));
        twoEnds.list.addAll(Chunks.of(SnapshotFormatTest::write).list);
        refused("has ended", twoEnds);
    }

    @Test
    void shouldWriteWhatSeveralHoldOnceAndGiveAllTheSame() {
        Object[] held = {"one", new String("one"), "two"};
        int[] order = {0, 1, 0, 2, 1};
        List<Object> written = new ArrayList<>();
        Chunks chunks = Chunks.of(out -> {
            for (int each : order) {
                out.shared(held[each], value -> {
                    written.add(value);
                    out.text(value.toString());
                });
            }
        });
        assertEquals(3, written.size(), "equal ones are two");
        chunks.read(in -> {
            List<String> read = new ArrayList<>();
            for (int _ : order) {
                read.add(in.shared(String.class, () -> in.text(10)));
            }
            assertEquals(List.of("one", "one", "one", "two", "one"), read);
            assertSame(read.get(0), read.get(2));
            assertSame(read.get(1), read.get(4));
        });
        SnapshotException other = assertThrows(
                SnapshotException.class,
                () -> chunks.read(in -> {
                    in.shared(String.class, () -> in.text(10));
                    in.shared(String.class, () -> in.text(10));
                    in.shared(Long.class, in::int64);
                }));
        assertTrue(other.getMessage().contains("no Long 0"), other.getMessage());
        SnapshotException unknown = assertThrows(
                SnapshotException.class,
                () -> Chunks.of(out -> out.int32(5)).read(in -> in.shared(String.class, () -> "")));
        assertTrue(unknown.getMessage().contains("no String 5"), unknown.getMessage());
    }

    @Test
    void shouldRefuseAnotherVersionOrPart() {
        refused("'part' in version 4 where 'part' in version 3", Chunks.of(out -> out.section("part", 4)));
        refused("'other' in version 3", Chunks.of(out -> out.section("other", 3)));
    }

    @Test
    void shouldRefuseWhateverByteIsDamaged() {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Chunks chunks = Chunks.of(SnapshotFormatTest::write);
            byte[] chunk = chunks.list.get(random.nextInt(chunks.list.size()));
            chunk[random.nextInt(chunk.length)] ^= (byte) (1 << random.nextInt(8));
            assertThrows(
                    SnapshotException.class,
                    () -> chunks.read(SnapshotFormatTest::read),
                    "fails with -Dsnapshot.seed=" + seed);
        }
    }

    @Test
    void shouldRefuseMoreThanThereMayBe() {
        Chunks chunks = Chunks.of(out -> out.int32(11));
        assertThrows(SnapshotException.class, () -> chunks.read(in -> in.count(10)));
        chunks.read(in -> assertEquals(11, in.count(11)));
    }
}
