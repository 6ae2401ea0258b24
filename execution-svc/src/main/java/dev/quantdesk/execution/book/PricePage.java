package dev.quantdesk.execution.book;

/**
 * The price levels of a run of neighbouring ranks, found by one index. Which of them exist also stands in bits, so that the next
 * one is found without looking at the others.
 */
final class PricePage {
    /** 256 ranks: large enough that prices near each other share a page, small enough for a lone order far away. */
    static final int RANK_BITS = 8;

    private static final int RANKS = 1 << RANK_BITS;
    private static final int WORDS = RANKS / Long.SIZE;
    private static final int WORD_SHIFT = 6;

    private final PriceLevel[] levels = new PriceLevel[RANKS];
    private final long[] present = new long[WORDS];

    static long key(long rank) {
        return rank >> RANK_BITS;
    }

    private static int slot(long rank) {
        return (int) rank & (RANKS - 1);
    }

    PriceLevel get(long rank) {
        return levels[slot(rank)];
    }

    void put(long rank, PriceLevel level) {
        int slot = slot(rank);
        levels[slot] = level;
        present[slot >> WORD_SHIFT] |= 1L << slot;
    }

    void remove(long rank) {
        int slot = slot(rank);
        levels[slot] = null;
        present[slot >> WORD_SHIFT] &= ~(1L << slot);
    }

    boolean isEmpty() {
        return (present[0] | present[1] | present[2] | present[3]) == 0;
    }

    /** The level of the highest rank, null when there is none. */
    PriceLevel highest() {
        return highestFrom(WORDS - 1, -1L);
    }

    /** The level of the highest rank below this one, null when there is none. */
    PriceLevel below(long rank) {
        int slot = slot(rank);
        return highestFrom(slot >> WORD_SHIFT, (1L << slot) - 1);
    }

    private PriceLevel highestFrom(int firstWord, long mask) {
        long word = present[firstWord] & mask;
        for (int i = firstWord; ; word = present[i]) {
            if (word != 0) {
                return levels[(i << WORD_SHIFT) + (Long.SIZE - 1) - Long.numberOfLeadingZeros(word)];
            }
            if (--i < 0) {
                return null;
            }
        }
    }
}
