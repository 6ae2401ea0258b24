package dev.quantdesk.execution.book;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * One side's price levels, best first. Levels lie in pages of neighbouring prices; the pages stand in a sorted array with the best
 * one last, for trading and quoting happen near the best price. Finding, adding and removing a level cost a search among pages,
 * of which there are few, and one step inside a page, however many levels there are and wherever the market has swung.
 */
final class BookSide {
    private static final int INITIAL_PAGES = 64;

    private final Side side;
    private final ArrayDeque<PricePage> freePages = new ArrayDeque<>();
    private long[] keys = new long[INITIAL_PAGES];
    private PricePage[] pages = new PricePage[INITIAL_PAGES];
    private int count;
    private PriceLevel best;

    BookSide(Side side) {
        this.side = side;
    }

    /** The better the price, the higher its rank. */
    private long rank(long priceTicks) {
        return side == Side.BUY ? priceTicks : -priceTicks;
    }

    PriceLevel best() {
        return best;
    }

    PriceLevel find(long priceTicks) {
        long rank = rank(priceTicks);
        int index = pageIndex(PricePage.key(rank));
        return index < 0 ? null : pages[index].get(rank);
    }

    /** The best level that is worse than this one, null behind the last. */
    PriceLevel after(PriceLevel level) {
        long rank = rank(level.priceTicks);
        int index = pageIndex(PricePage.key(rank));
        PriceLevel next = pages[index].below(rank);
        return next != null || index == 0 ? next : pages[index - 1].highest();
    }

    void insert(PriceLevel level) {
        long rank = rank(level.priceTicks);
        page(PricePage.key(rank)).put(rank, level);
        if (best == null || rank > rank(best.priceTicks)) {
            best = level;
        }
    }

    void remove(PriceLevel level) {
        if (level == best) {
            best = after(level);
        }
        long rank = rank(level.priceTicks);
        int index = pageIndex(PricePage.key(rank));
        PricePage page = pages[index];
        page.remove(rank);
        if (page.isEmpty()) {
            count--;
            System.arraycopy(keys, index + 1, keys, index, count - index);
            System.arraycopy(pages, index + 1, pages, index, count - index);
            pages[count] = null;
            freePages.push(page);
        }
    }

    /** As {@link Arrays#binarySearch}; the best page is the likeliest. */
    private int pageIndex(long key) {
        if (count > 0 && keys[count - 1] == key) {
            return count - 1;
        }
        return Arrays.binarySearch(keys, 0, count, key);
    }

    private PricePage page(long key) {
        int index = pageIndex(key);
        if (index >= 0) {
            return pages[index];
        }
        index = -index - 1;
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, count * 2);
            pages = Arrays.copyOf(pages, count * 2);
        }
        System.arraycopy(keys, index, keys, index + 1, count - index);
        System.arraycopy(pages, index, pages, index + 1, count - index);
        PricePage page = freePages.isEmpty() ? new PricePage() : freePages.pop();
        keys[index] = key;
        pages[index] = page;
        count++;
        return page;
    }
}
