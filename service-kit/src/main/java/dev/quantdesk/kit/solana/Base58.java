package dev.quantdesk.kit.solana;

import java.math.BigInteger;

/** Bitcoin's base58 alphabet, in which Solana writes keys, signatures and blockhashes. */
public final class Base58 {
    /** Longest text accepted: a signature is 88 characters; nothing longer is ever read. */
    public static final int MAX_CHARACTERS = 128;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger RADIX = BigInteger.valueOf(58);

    private Base58() {}

    public static String encode(byte[] bytes) {
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        StringBuilder text = new StringBuilder();
        BigInteger rest = new BigInteger(1, bytes);
        while (rest.signum() > 0) {
            BigInteger[] quotientAndDigit = rest.divideAndRemainder(RADIX);
            text.append(ALPHABET.charAt(quotientAndDigit[1].intValue()));
            rest = quotientAndDigit[0];
        }
        return text.append("1".repeat(zeros)).reverse().toString();
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
