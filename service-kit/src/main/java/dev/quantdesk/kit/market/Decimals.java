package dev.quantdesk.kit.market;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Exact conversion between decimal strings on the wire and whole units inside. */
public final class Decimals {
    /** Decimal places of USDC. */
    public static final int USDC_SCALE = 6;

    /** Longest text accepted: 64 bits have 19 digits, and no step has more than a few places. */
    private static final int MAX_CHARACTERS = 64;

    private Decimals() {}

    /**
     * How many steps {@code text} is.
     *
     * @throws ArithmeticException when it is not a whole number of steps or does not fit a long
     * @throws NumberFormatException when it is not a number
     */
    public static long toUnits(String text, BigDecimal step) {
        if (text.length() > MAX_CHARACTERS) {
            throw new NumberFormatException("a number of more than " + MAX_CHARACTERS + " characters");
        }
        BigDecimal value = new BigDecimal(text);
        // "1e999999999" is short and takes gigabytes to write out.
        if (value.scale() > MAX_CHARACTERS || value.scale() < -MAX_CHARACTERS) {
            throw new ArithmeticException("not a whole number of steps that fits 64 bits: " + text);
        }
        return value.divide(step, 0, RoundingMode.UNNECESSARY).longValueExact();
    }

    /** {@code units} steps as plain text without trailing zeros, such as "65000.5". */
    public static String fromUnits(long units, BigDecimal step) {
        return plain(step.multiply(BigDecimal.valueOf(units)));
    }

    /** Millionths of a USDC as plain text. */
    public static String usdc(long micros) {
        return plain(BigDecimal.valueOf(micros, USDC_SCALE));
    }

    /** Millionths of a USDC from plain text. @throws ArithmeticException when it is finer than that or does not fit a long */
    public static long usdcMicros(String text) {
        return toUnits(text, BigDecimal.ONE.movePointLeft(USDC_SCALE));
    }

    /** Plain notation without trailing zeros; zero is "0". */
    public static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
