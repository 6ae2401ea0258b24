package dev.quantdesk.kit.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

    private static String lines(Map<String, String> table) {
        StringBuilder text = new StringBuilder();
        table.forEach(
                (reason, rest) -> text.append(reason).append(" = ").append(rest).append('\n'));
        return text.toString();
    }
}
