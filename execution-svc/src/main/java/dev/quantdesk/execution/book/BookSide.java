package dev.quantdesk.execution.book;

import java.util.Arrays;

/**
 * One side's price levels in a sorted array, the best price last. Trading and quoting happen near the best price, so
 * levels come and go at the array's end; a level far from it costs one short block move, whatever the prices do.
 */
final class BookSide {
    private static final int INITIAL_LEVELS = 64;

    private final Side side;
    private long[] ranks = new long[INITIAL_LEVELS];
    private PriceLevel[] levels = new PriceLevel[INITIAL_LEVELS];
    private int count;

    BookSide(Side side) {
        this.side = side;
    }

    /** The better the price, the higher its rank. */
    private long rank(long priceTicks) {
        return side == Side.BUY ? priceTicks : -priceTicks;
    }

    int count() {
        return count;
    }

    /** The level at {@code depth} from the best, which is 0. */
    PriceLevel level(int depth) {
        return levels[count - 1 - depth];
    }

    PriceLevel best() {
        return count == 0 ? null : levels[count - 1];
    }

    PriceLevel find(long priceTicks) {
        int index = Arrays.binarySearch(ranks, 0, count, rank(priceTicks));
        return index < 0 ? null : levels[index];
    }

    void insert(PriceLevel level) {
        long rank = rank(level.priceTicks);
        int index = -Arrays.binarySearch(ranks, 0, count, rank) - 1;
        if (count == ranks.length) {
            ranks = Arrays.copyOf(ranks, count * 2);
            levels = Arrays.copyOf(levels, count * 2);
        }
        System.arraycopy(ranks, index, ranks, index + 1, count - index);
        System.arraycopy(levels, index, levels, index + 1, count - index);
        ranks[index] = rank;
        levels[index] = level;
        count++;
    }

    void remove(PriceLevel level) {
        int index = Arrays.binarySearch(ranks, 0, count, rank(level.priceTicks));
        count--;
        System.arraycopy(ranks, index + 1, ranks, index, count - index);
        System.arraycopy(levels, index + 1, levels, index, count - index);
        levels[count] = null;
    }
}
