package dev.quantdesk.execution.cluster;

import static io.aeron.logbuffer.FrameDescriptor.FRAME_ALIGNMENT;
import static io.aeron.logbuffer.FrameDescriptor.frameLength;
import static io.aeron.logbuffer.FrameDescriptor.frameSessionId;
import static io.aeron.logbuffer.FrameDescriptor.isPaddingFrame;
import static io.aeron.protocol.DataHeaderFlyweight.HEADER_LENGTH;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases what a killed process was about to record. The kernel takes a write over page by page, so that of the last entry
 * of a recording only the first pages may be there. Nothing of it was acknowledged, as its write had not returned. The
 * archive would refuse to start over such an entry, and leave it to an operator.
 */
final class TornEntries {
    private static final Logger LOG = LoggerFactory.getLogger(TornEntries.class);
    /** Named by the archive after the recording and the position of the file's first byte. */
    private static final Pattern SEGMENT_FILE = Pattern.compile("(\\d+)-(\\d+)\\.rec");

    /** What the kernel takes over at least, and the archive looks at. */
    private static final int PAGE = 4096;

    private static final EntryChecksum CHECKSUM = new EntryChecksum();

    private record Segment(Path file, long recordingId, long position) {}

    private TornEntries() {}

    /** Must not be called while the archive in that directory is open. */
    static void erase(Path archive) throws IOException {
        if (!Files.isDirectory(archive)) {
            return;
        }
        for (Segment segment : lastSegments(archive)) {
            try (FileChannel file = FileChannel.open(segment.file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    Arena arena = Arena.ofConfined()) {
                if (file.size() == 0) {
                    // Killed before the file had its size.
                    continue;
                }
                long address =
                        file.map(MapMode.READ_WRITE, 0, file.size(), arena).address();
                mend(segment, new UnsafeBuffer(address, Math.toIntExact(file.size())));
            }
        }
    }

    /** Of each recording the file it was last written to. */
    private static Collection<Segment> lastSegments(Path archive) throws IOException {
        Map<Long, Segment> last = new HashMap<>();
        try (Stream<Path> files = Files.list(archive)) {
            files.forEach(file -> {
                Matcher name = SEGMENT_FILE.matcher(file.getFileName().toString());
                if (name.matches()) {
                    Segment segment = new Segment(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
                    last.merge(segment.recordingId, segment, (a, b) -> a.position > b.position ? a : b);
                }
            });
        }
        return last.values();
    }

    private static void mend(Segment segment, UnsafeBuffer entries) {
        int before = -1;
        int last = -1;
        long next = 0;
        while (next <= entries.capacity() - HEADER_LENGTH && frameLength(entries, (int) next) > 0) {
            before = last;
            last = (int) next;
            next += BitUtil.align((long) frameLength(entries, last), FRAME_ALIGNMENT);
        }
        if (last < 0 || next > entries.capacity()) {
            // Nothing is recorded, or what a kill doesn't leave: the archive says what is wrong with it.
            return;
        }
        int end = (int) next;
        if (isPaddingFrame(entries, last)) {
            sign(entries, last, end);
        } else if (hasEmptyPage(entries, last, end) && frameSessionId(entries, last) != checksum(entries, last, end)) {
            // In this order, so that it may be cut short itself: the entry is told to be torn until its header is gone.
            if (before >= 0 && isPaddingFrame(entries, before)) {
                sign(entries, before, last);
            }
            entries.setMemory(last + HEADER_LENGTH, end - last - HEADER_LENGTH, (byte) 0);
            entries.setMemory(last, HEADER_LENGTH, (byte) 0);
            LOG.warn(
                    "recording {} ended with an entry that was cut short at position {} and never acknowledged: erased",
                    segment.recordingId,
                    segment.position + last);
        }
    }

    /** Padding is whole, as only its header is recorded, and without a checksum: over empty pages the archive wants one. */
    private static void sign(UnsafeBuffer entries, int padding, int end) {
        frameSessionId(entries, padding, checksum(entries, padding, end));
    }

    /** Whether a page, or the part of it that the entry reaches, was not written; the one with its header was. */
    private static boolean hasEmptyPage(UnsafeBuffer entries, int entry, int end) {
        for (int page = entry / PAGE * PAGE + PAGE; page < end; page += PAGE) {
            if (isEmpty(entries, page, Math.min(page + PAGE, end))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEmpty(UnsafeBuffer entries, int from, int to) {
        for (int offset = from; offset < to; offset += Long.BYTES) {
            if (entries.getLong(offset) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(UnsafeBuffer entries, int entry, int end) {
        int body = entry + HEADER_LENGTH;
        return CHECKSUM.compute(entries.addressOffset(), body, end - body);
    }
}
