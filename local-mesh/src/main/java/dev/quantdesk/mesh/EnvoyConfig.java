package dev.quantdesk.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills Envoy's configuration template in. */
public final class EnvoyConfig {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z0-9_]+)}");

    private EnvoyConfig() {}

    /** @throws IllegalArgumentException when the template names something that {@code values} does not hold */
    public static String render(String template, Map<String, String> values) {
        Matcher placeholder = PLACEHOLDER.matcher(template);
        StringBuilder text = new StringBuilder();
        while (placeholder.find()) {
            String value = values.get(placeholder.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        "the template names ${" + placeholder.group(1) + "}, which has no value");
            }
            placeholder.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return placeholder.appendTail(text).toString();
    }

    static void write(Path template, Path target, Map<String, String> values) throws IOException {
        Files.writeString(target, render(Files.readString(template), values));
    }
}
