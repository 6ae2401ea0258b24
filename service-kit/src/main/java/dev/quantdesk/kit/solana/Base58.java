package dev.quantdesk.kit.solana;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Bitcoin's base58 alphabet, in which Solana writes keys, signatures and blockhashes. */
public final class Base58 {
    /** Longest text accepted: a signature is 88 characters; nothing longer is ever read. */
    public static final int MAX_CHARACTERS = 128;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int BASE = 58;
    private static final BigInteger RADIX = BigInteger.valueOf(BASE);
    private static final int DIGITS_PER_DIVISION = 5;
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
            for (int i = 0; last ? digits > 0 : i < DIGITS_PER_DIVISION; i++) {
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
        BigInteger value = BigInteger.ZERO;
        for (int i = zeros; i < text.length(); i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException("not base58: character '" + text.charAt(i) + "' at " + i);
            }
            value = value.multiply(RADIX).add(BigInteger.valueOf(digit));
        }
        byte[] magnitude = value.signum() == 0 ? new byte[0] : value.toByteArray();
        int sign = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
        byte[] bytes = new byte[zeros + magnitude.length - sign];
        System.arraycopy(magnitude, sign, bytes, zeros, magnitude.length - sign);
        return bytes;
    }
}
