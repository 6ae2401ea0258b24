package dev.quantdesk.kit.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients read the table in the contracts' README: it has to say what the services send. */
@Timeout(10)
class ReasonTableTest {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z0-9_]+) \\| ([A-Z_]+) \\| (.+) \\|");

    @Test
    void shouldStandInTheReadmeOfTheContractsWithCodeAndMeaning() throws IOException {
        Map<String, String> table = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("..", "proto", "README.md"))) {
            Matcher row = ROW.matcher(line.strip());
            if (row.matches()) {
                String before = table.put(row.group(1), row.group(2) + ": " + row.group(3));
                assertEquals(null, before, row.group(1) + " stands there twice");
            }
        }
        Map<String, String> reasons = new TreeMap<>();
        Arrays.stream(Reason.values())
                .forEach(reason -> reasons.put(reason.name(), reason.status().name() + ": " + reason.meaning()));
        assertEquals(lines(reasons), lines(table));
    }

    /** The file is written by this test when the system property {@code quantdesk.write_reasons} is set. */
    @Test
    void shouldStandInTheCatalogueThatClientsAreGeneratedFrom() throws IOException {
        JsonArray catalogue = new JsonArray();
        Arrays.stream(Reason.values())
                .sorted(Comparator.comparing(Reason::name))
                .forEach(reason -> catalogue.add(new JsonObject()
                        .put("reason", reason.name())
                        .put("code", reason.status().name())
                        .put("category", reason.category())
                        .put("retryable", reason.retryable())
                        .put("meaning", reason.meaning())));
        Path file = Path.of("..", "proto", "reasons.json");
        if (System.getProperty("quantdesk.write_reasons") != null) {
            Files.writeString(file, catalogue.encodePrettily() + "\n");
        }
        assertEquals(catalogue, new JsonArray(Files.readString(file)));
    }

    private static String lines(Map<String, String> table) {
        StringBuilder text = new StringBuilder();
        table.forEach(
                (reason, rest) -> text.append(reason).append(" = ").append(rest).append('\n'));
        return text.toString();
    }
}
