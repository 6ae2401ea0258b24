package dev.quantdesk.marketdata.venue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A JSON object whose numbers are exact decimals, read field by field with typed errors. */
final class JsonFields {
    /** Longest frame accepted, in characters; a book snapshot of 1,000 levels has about 30,000. */
    static final int FRAME_MAX_CHARS = 4 << 20;
    /** Digits before and after the decimal point; beyond it a number is hostile rather than a price. */
    private static final int SCALE_MAX = 18;

    private static final int DEPTH_MAX = 8;
    private static final int NUMBER_MAX_CHARS = 40;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_MAX_CHARS)
                    .maxDocumentLength(FRAME_MAX_CHARS)
                    .build())
            .build();

    private final Map<?, ?> fields;

    private JsonFields(Map<?, ?> fields) {
        this.fields = fields;
    }

    static JsonFields parse(String text) throws MalformedFrameException {
        if (text.length() > FRAME_MAX_CHARS) {
            throw new MalformedFrameException("a frame of " + text.length() + " characters");
        }
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() != null || !(value instanceof Map<?, ?> map)) {
                throw new MalformedFrameException("a frame that is not one JSON object");
            }
            return new JsonFields(map);
        } catch (IOException | NumberFormatException broken) {
            // The parser reports an exponent that no decimal can have by the second.
            throw new MalformedFrameException("a frame that is not JSON: " + firstLine(broken), broken);
        }
    }

    private static String firstLine(Exception broken) {
        return String.valueOf(broken.getMessage()).lines().findFirst().orElse("");
    }

    private static Object value(JsonParser parser) throws IOException, MalformedFrameException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> object = new HashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> Null.NULL;
            case null, default -> throw new MalformedFrameException("a frame that ends early");
        };
    }

    /** Stands for JSON's null, which no field that is read may have. */
    private enum Null {
        NULL
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    String text(String name) throws MalformedFrameException {
        return require(name, String.class, "text");
    }

    /** A number, zero or above, of at most 18 digits before and after the point. */
    BigDecimal amount(String name) throws MalformedFrameException {
        BigDecimal value = require(name, BigDecimal.class, "a number");
        if (value.signum() < 0 || Math.abs((long) value.scale()) > SCALE_MAX || value.precision() > 2 * SCALE_MAX) {
            throw new MalformedFrameException("field " + name + " is out of range");
        }
        return value;
    }

    long count(String name) throws MalformedFrameException {
        try {
            return amount(name).longValueExact();
        } catch (ArithmeticException fraction) {
            throw new MalformedFrameException("field " + name + " is not a whole number", fraction);
        }
    }

    List<String> texts(String name) throws MalformedFrameException {
        List<String> texts = new ArrayList<>();
        for (Object element : require(name, List.class, "a list")) {
            if (!(element instanceof String text)) {
                throw new MalformedFrameException("field " + name + " is not a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    List<JsonFields> objects(String name) throws MalformedFrameException {
        List<JsonFields> objects = new ArrayList<>();
        for (Object element : require(name, List.class, "a list")) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new MalformedFrameException("field " + name + " is not a list of objects");
            }
            objects.add(new JsonFields(map));
        }
        return objects;
    }

    private <T> T require(String name, Class<T> type, String form) throws MalformedFrameException {
        Object value = fields.get(name);
        if (value == null) {
            throw new MalformedFrameException("field " + name + " is missing");
        }
        if (!type.isInstance(value)) {
            throw new MalformedFrameException("field " + name + " is not " + form);
        }
        return type.cast(value);
    }
}
