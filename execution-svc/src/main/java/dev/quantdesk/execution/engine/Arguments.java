package dev.quantdesk.execution.engine;

/** Checks on what commands are built from; a failure is the caller's defect, or a corrupt message. */
final class Arguments {
    private Arguments() {}

    static void length(String name, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(name + " has " + bytes.length + " bytes, not " + length);
        }
    }

    static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", not in " + min + ".." + max);
        }
    }

    /** Printable ASCII of a bounded length. */
    static void ascii(String name, String text, int minLength, int maxLength) {
        range("length of " + name, text.length(), minLength, maxLength);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c > 0x7E) {
                throw new IllegalArgumentException(name + " has a character that is not printable ASCII at " + i);
            }
        }
    }
}
