package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/**
 * The prices of one auction, in ticks. Pure.
 *
 * @param arrivalTicks what the taker met when it came: the best opposite price, or the mark price where nothing rests there
 * @param arrivalIsMark whether it is the mark price
 * @param startTicks where the auction price begins, in favour of the taker
 * @param endTicks where it ends: the price of the last lot that the book would have given, or the taker's limit where the book
 *     would not have filled it whole
 * @param worstQuoteTicks the worst price of a quote: a tick better than the book's last lot, or the taker's limit
 */
record AuctionPrices(
        Side side, long arrivalTicks, boolean arrivalIsMark, long startTicks, long endTicks, long worstQuoteTicks) {
    /** How far from the arrival price an auction begins where there is no middle between two prices, as a part of it. */
    private static final long ONE_PART_IN = 1_000;

    private static final Side[] SIDES = Side.values();

    void save(SnapshotWriter out) {
        out.int8(side.ordinal())
                .int64(arrivalTicks)
                .bool(arrivalIsMark)
                .int64(startTicks)
                .int64(endTicks)
                .int64(worstQuoteTicks);
    }

    static AuctionPrices load(SnapshotReader in) {
        return new AuctionPrices(in.constant(SIDES), in.int64(), in.bool(), in.int64(), in.int64(), in.int64());
    }

    /** @return null where there is no price to begin from, or none by which a quote could improve on the book */
    static AuctionPrices of(LiveOrder taker, Matcher.DryRun book, long nowMillis) {
        Market market = taker.market;
        Side side = taker.side();
        BookOrder opposite = market.book().best(side.opposite());
        boolean isMark = opposite == null;
        long mark = market.watch().isKnown(PriceSource.MARK, nowMillis)
                ? market.watch().ticks(PriceSource.MARK)
                : PriceWatch.UNKNOWN;
        long seen = isMark ? mark : opposite.priceTicks();
        long arrival = book.firstTicks() > 0 ? book.firstTicks() : seen;
        long end = book.fillsWhole() ? book.lastTicks() : taker.priceTicks;
        long worst = book.fillsWhole() ? end - side.signed(1) : end;
        long most = market.rules().maxPriceTicks();
        if (arrival == PriceWatch.UNKNOWN || worst < 1 || worst > most) {
            return null;
        }
        BookOrder own = market.book().best(side);
        long start = own == null || isMark
                ? better(side, arrival, end) - side.signed(Math.max(1, arrival / ONE_PART_IN))
                : middle(side, arrival, own.priceTicks());
        return new AuctionPrices(side, arrival, isMark, better(side, Math.clamp(start, 1, most), end), end, worst);
    }

    /** Rounded in favour of the taker. */
    private static long middle(Side side, long one, long other) {
        long low = Math.min(one, other);
        long gap = Math.max(one, other) - low;
        return low + (side == Side.BUY ? gap / 2 : (gap + 1) / 2);
    }

    static boolean isBetter(Side side, long ticks, long than) {
        return side == Side.BUY ? ticks < than : ticks > than;
    }

    private static long better(Side side, long one, long other) {
        return isBetter(side, one, other) ? one : other;
    }

    /** The price after {@code elapsed} of {@code duration} milliseconds; between two ticks the one in favour of the taker. */
    long at(long elapsed, long duration) {
        long range = Math.abs(endTicks - startTicks);
        // Split, so that the product can't overflow.
        long moved = range / duration * elapsed + range % duration * elapsed / duration;
        return startTicks + side.signed(moved);
    }

    /** After how many of {@code duration} milliseconds the price is first at or beyond {@code ticks}. */
    long meets(long ticks, long duration) {
        long low = 0;
        long high = duration;
        while (low < high) {
            long middle = (low + high) / 2;
            if (side.crosses(at(middle, duration), ticks)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    void hash(StateHash hash) {
        hash.add(arrivalTicks).add(arrivalIsMark ? 1 : 0);
        hash.add(startTicks).add(endTicks).add(worstQuoteTicks);
    }
}
