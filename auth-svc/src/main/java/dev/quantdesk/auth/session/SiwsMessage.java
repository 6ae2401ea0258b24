package dev.quantdesk.auth.session;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of a Sign-In With Solana request in the wallet-standard form. Lines end in LF and the last has none; a
 * blank line stands before the statement and before the fields. Immutable.
 *
 * @param domain host, and port where it is not the default, that asks
 * @param address wallet, base58
 * @param statement free text, which may have several lines
 * @param fields the named lines; each field at most once, in the order of {@link Field}
 * @param resources URIs listed at the end
 */
public record SiwsMessage(
        String domain, String address, Optional<String> statement, Map<Field, String> fields, List<String> resources) {
    /** Longest text that is read, in characters; the contract allows no more. */
    public static final int MAX_CHARACTERS = 2_048;

    private static final String ASKS = " wants you to sign in with your Solana account:";
    private static final String BLANK_LINE = "\n\n";
    private static final String RESOURCES = "Resources:";
    private static final String RESOURCE = "- ";

    /** The named lines, in the order in which the text has them. */
    public enum Field {
        URI("URI"),
        VERSION("Version"),
        CHAIN_ID("Chain ID"),
        NONCE("Nonce"),
        ISSUED_AT("Issued At"),
        EXPIRATION_TIME("Expiration Time"),
        NOT_BEFORE("Not Before"),
        REQUEST_ID("Request ID");

        private final String prefix;

        Field(String label) {
            this.prefix = label + ": ";
        }
    }

    /**
     * @throws IllegalArgumentException when a value would be read back as something else, such as one with a line
     * break
     */
    public SiwsMessage {
        fields = fields.isEmpty() ? Map.of() : new EnumMap<>(fields);
        resources = List.copyOf(resources);
        requireLine("domain", domain);
        requireLine("address", address);
        fields.forEach((field, value) -> requireLine(field.name(), value));
        resources.forEach(resource -> requireLine("resource", resource));
        if (statement.isPresent() && statement.get().isEmpty()) {
            throw new IllegalArgumentException("an empty statement has to be left out");
        }
    }

    private static void requireLine(String name, String value) {
        if (value.isEmpty() || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException(name + " is not one line of text");
        }
    }

    public Optional<String> field(Field field) {
        return Optional.ofNullable(fields.get(field));
    }

    /** The text to sign. */
    public String text() {
        StringBuilder text = new StringBuilder(domain).append(ASKS).append('\n').append(address);
        statement.ifPresent(words -> text.append(BLANK_LINE).append(words));
        List<String> lines = new ArrayList<>();
        for (Field field : Field.values()) {
            field(field).ifPresent(value -> lines.add(field.prefix + value));
        }
        if (!resources.isEmpty()) {
            lines.add(RESOURCES);
            resources.forEach(resource -> lines.add(RESOURCE + resource));
        }
        if (!lines.isEmpty()) {
            text.append(BLANK_LINE).append(String.join("\n", lines));
        }
        return text.toString();
    }

    /** Reads a text back; empty when it is no such text or is longer than {@link #MAX_CHARACTERS}. */
    public static Optional<SiwsMessage> parse(String text) {
        int afterFirst = text.indexOf('\n');
        if (text.length() > MAX_CHARACTERS || afterFirst < 0) {
            return Optional.empty();
        }
        String first = text.substring(0, afterFirst);
        int addressEnd = text.indexOf('\n', afterFirst + 1);
        String address = text.substring(afterFirst + 1, addressEnd < 0 ? text.length() : addressEnd);
        String body = addressEnd < 0 ? "" : text.substring(addressEnd);
        boolean wellFormed = first.endsWith(ASKS)
                && first.length() > ASKS.length()
                && !address.isEmpty()
                && (body.isEmpty() || body.startsWith(BLANK_LINE) && body.length() > BLANK_LINE.length());
        if (!wellFormed) {
            return Optional.empty();
        }
        return Optional.of(parseBody(first.substring(0, first.length() - ASKS.length()), address, body));
    }

    /** Splits statement from fields at the first blank line after which there is nothing but fields. */
    private static SiwsMessage parseBody(String domain, String address, String body) {
        for (int blank = body.indexOf(BLANK_LINE); blank >= 0; blank = body.indexOf(BLANK_LINE, blank + 1)) {
            Optional<Fields> fields = Fields.parse(body.substring(blank + BLANK_LINE.length()));
            boolean statementFits = blank == 0 || blank > BLANK_LINE.length();
            if (fields.isPresent() && statementFits) {
                Optional<String> statement =
                        blank == 0 ? Optional.empty() : Optional.of(body.substring(BLANK_LINE.length(), blank));
                return new SiwsMessage(domain, address, statement, fields.get().values, fields.get().resources);
            }
        }
        Optional<String> statement =
                body.isEmpty() ? Optional.empty() : Optional.of(body.substring(BLANK_LINE.length()));
        return new SiwsMessage(domain, address, statement, Map.of(), List.of());
    }

    private record Fields(Map<Field, String> values, List<String> resources) {
        static Optional<Fields> parse(String text) {
            String[] lines = text.split("\n", -1);
            Map<Field, String> values = new EnumMap<>(Field.class);
            int line = 0;
            for (Field field : Field.values()) {
                if (line < lines.length && isFilled(lines[line], field.prefix)) {
                    values.put(field, lines[line++].substring(field.prefix.length()));
                }
            }
            List<String> resources = new ArrayList<>();
            if (line < lines.length && lines[line].equals(RESOURCES)) {
                line++;
                while (line < lines.length && isFilled(lines[line], RESOURCE)) {
                    resources.add(lines[line++].substring(RESOURCE.length()));
                }
            }
            return line == lines.length ? Optional.of(new Fields(values, resources)) : Optional.empty();
        }

        private static boolean isFilled(String line, String prefix) {
            return line.startsWith(prefix) && line.length() > prefix.length();
        }
    }
}
