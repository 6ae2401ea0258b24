package dev.quantdesk.kit.solana;

import java.nio.charset.StandardCharsets;

/** Bitcoin's base58 alphabet, in which Solana writes keys, signatures and blockhashes. */
public final class Base58 {
    /** Longest text accepted: a signature is 88 characters; nothing longer is ever read. */
    public static final int MAX_CHARACTERS = 128;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int BASE = 58;
    private static final int BITS_PER_DIGIT_MAX = 6;
    private static final int DIGITS_AT_ONCE = 5;
    private static final long DIVISOR = 58L * 58 * 58 * 58 * 58;

    private Base58() {}

    /** Five digits with each division by a power of 58 that fits an int: every order's account and settlement is written so. */
    public static String encode(byte[] bytes) {
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        int[] words = words(bytes);
        byte[] text = new byte[zeros + bytes.length * 2];
        int position = text.length;
        for (int first = firstNonZero(words, 0); first < words.length; first = firstNonZero(words, first)) {
            long digits = divide(words, first);
            boolean last = firstNonZero(words, first) == words.length;
            for (int i = 0; last ? digits > 0 : i < DIGITS_AT_ONCE; i++) {
                text[--position] = (byte) ALPHABET.charAt((int) (digits % BASE));
                digits /= BASE;
            }
        }
        for (int i = 0; i < zeros; i++) {
            text[--position] = (byte) ALPHABET.charAt(0);
        }
        return new String(text, position, text.length - position, StandardCharsets.ISO_8859_1);
    }

    /** The bytes as a number of 32-bit words, the most significant first. */
    private static int[] words(byte[] bytes) {
        int[] words = new int[(bytes.length + 3) / 4];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            words[words.length - 1 - fromEnd / 4] |= (bytes[i] & 0xFF) << (fromEnd % 4 * 8);
        }
        return words;
    }

    private static int firstNonZero(int[] words, int from) {
        int first = from;
        while (first < words.length && words[first] == 0) {
            first++;
        }
        return first;
    }

    /** Divides by {@link #DIVISOR} in place. @return what is left over */
    private static long divide(int[] words, int from) {
        long rest = 0;
        for (int i = from; i < words.length; i++) {
            long part = rest << 32 | words[i] & 0xFFFF_FFFFL;
            words[i] = (int) (part / DIVISOR);
            rest = part % DIVISOR;
        }
        return rest;
    }

    /** @throws IllegalArgumentException when a character is not of the alphabet or the text is too long. */
    public static byte[] decode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("base58 text of more than " + MAX_CHARACTERS + " characters");
        }
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == '1') {
            zeros++;
        }
        int[] words = new int[(text.length() * BITS_PER_DIGIT_MAX + Integer.SIZE - 1) / Integer.SIZE];
        for (int i = zeros; i < text.length(); ) {
            long factor = 1;
            long digits = 0;
            for (int end = Math.min(text.length(), i + DIGITS_AT_ONCE); i < end; i++) {
                factor *= BASE;
                digits = digits * BASE + digit(text, i);
            }
            multiplyAndAdd(words, factor, digits);
        }
        return bytes(zeros, words);
    }

    private static int digit(String text, int index) {
        int digit = ALPHABET.indexOf(text.charAt(index));
        if (digit < 0) {
            throw new IllegalArgumentException("not base58: character '" + text.charAt(index) + "' at " + index);
        }
        return digit;
    }

    private static void multiplyAndAdd(int[] words, long factor, long summand) {
        long carry = summand;
        for (int i = words.length - 1; i >= 0; i--) {
            long part = (words[i] & 0xFFFF_FFFFL) * factor + carry;
            words[i] = (int) part;
            carry = part >>> 32;
        }
    }

    private static byte[] bytes(int zeros, int[] words) {
        int first = firstNonZero(words, 0);
        int length = first == words.length
                ? 0
                : (words.length - first) * Integer.BYTES - Integer.numberOfLeadingZeros(words[first]) / Byte.SIZE;
        byte[] bytes = new byte[zeros + length];
        for (int fromEnd = 0; fromEnd < length; fromEnd++) {
            bytes[bytes.length - 1 - fromEnd] = (byte) (words[words.length - 1 - fromEnd / 4] >>> fromEnd % 4 * 8);
        }
        return bytes;
    }
}
