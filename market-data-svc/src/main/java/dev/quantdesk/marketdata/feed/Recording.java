package dev.quantdesk.marketdata.feed;

import dev.quantdesk.marketdata.venue.KrakenDecoder;
import dev.quantdesk.marketdata.venue.KrakenFrame;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Frames of a venue with the time between them, read from lines {@code UNIX_SECONDS: FRAME}. Lines of another form,
 * which tell of connects and of what was sent, are left out. Immutable.
 */
public record Recording(List<TimedFrame> frames) {
    /** Frames that are held in memory. */
    public static final int FRAMES_MAX = 200_000;

    private static final String SEPARATOR = ": {";
    private static final int NANO_DIGITS = 9;

    public Recording {
        frames = List.copyOf(frames);
    }

    /** A frame. @param offsetNanos time since the recording's first frame */
    public record TimedFrame(long offsetNanos, KrakenFrame frame) {}

    /**
     * Reads a gzipped recording from the class path.
     *
     * @throws IOException when it is missing, not gzip, empty or larger than {@link #FRAMES_MAX}
     * @throws MalformedFrameException when a frame does not decode
     */
    public static Recording load(String resource) throws IOException, MalformedFrameException {
        try (InputStream in = Recording.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no recording " + resource + " on the class path");
            }
            List<TimedFrame> frames = read(in);
            if (frames.isEmpty()) {
                throw new IOException("recording " + resource + " has no frames");
            }
            return new Recording(frames);
        }
    }

    private static List<TimedFrame> read(InputStream gzipped) throws IOException, MalformedFrameException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(gzipped), StandardCharsets.UTF_8));
        List<TimedFrame> frames = new ArrayList<>();
        long first = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int separator = line.indexOf(SEPARATOR);
            if (separator < 0 || line.lastIndexOf("<-", separator) >= 0) {
                continue;
            }
            if (frames.size() == FRAMES_MAX) {
                throw new IOException("a recording of more than " + FRAMES_MAX + " frames");
            }
            long nanos = nanos(line.substring(0, separator));
            first = frames.isEmpty() ? nanos : first;
            frames.add(new TimedFrame(nanos - first, KrakenDecoder.decode(line.substring(separator + 2))));
        }
        return frames;
    }

    private static long nanos(String seconds) throws MalformedFrameException {
        try {
            return new BigDecimal(seconds).movePointRight(NANO_DIGITS).longValue();
        } catch (NumberFormatException wrong) {
            throw new MalformedFrameException("a line that starts with '" + seconds + "', not with a time", wrong);
        }
    }
}
