package dev.quantdesk.marketdata;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The texts of the recorded frames, in order. */
public final class RecordedFrames {
    public static final String RESOURCE = "recordings/kraken-futures-pi-ethusd.txt.gz";

    private RecordedFrames() {}

    public static List<String> texts() {
        try (var in = RecordedFrames.class.getClassLoader().getResourceAsStream(RESOURCE);
                var lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            return lines.lines().map(line -> line.substring(line.indexOf('{'))).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The frames of one feed, such as "book". */
    public static List<String> of(String feed) {
        return texts().stream()
                .filter(text -> text.startsWith("{\"feed\":\"" + feed + "\","))
                .toList();
    }
}
