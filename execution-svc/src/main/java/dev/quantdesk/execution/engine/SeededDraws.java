package dev.quantdesk.execution.engine;

/** Numbers that look random and are not: each is a function of a seed and its index (SplitMix64; Steele, Lea, Flood 2014). */
final class SeededDraws {
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

    private SeededDraws() {}

    /** A number from 0 up to, and without, {@code bound}; as good as uniform for bounds far below 2^64. */
    static long below(long seed, long index, long bound) {
        return Math.unsignedMultiplyHigh(mix(seed + (index + 1) * GOLDEN_GAMMA), bound);
    }

    /** A number from {@code -spread} to {@code spread}. */
    static long around(long seed, long index, long spread) {
        return below(seed, index, 2 * spread + 1) - spread;
    }

    private static long mix(long word) {
        long z = (word ^ (word >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
