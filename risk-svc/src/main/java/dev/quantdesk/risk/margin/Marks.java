package dev.quantdesk.risk.margin;

import dev.quantdesk.kit.market.Market;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Mark prices at one moment, so that a whole computation uses the same ones. Immutable.
 *
 * @param byMarket latest mark of each market that has one, by market id
 * @param oldestMillis marks taken before this Unix time are refused
 */
public record Marks(Map<Integer, Mark> byMarket, long oldestMillis) {
    public Marks {
        byMarket = Map.copyOf(byMarket);
    }

    /** @param ticks mark price, above zero. @param takenMillis Unix time at which it was taken */
    public record Mark(long ticks, long takenMillis) {}

    /** The mark price. @throws StaleMarkException when there is none or only one that is too old */
    public long ticks(Market market) {
        Mark mark = byMarket.get(market.id());
        if (mark == null || mark.takenMillis() < oldestMillis) {
            throw new StaleMarkException(market, mark);
        }
        return mark.ticks();
    }

    /** The latest mark price, however old; empty when there never was one. */
    public OptionalLong latest(Market market) {
        Mark mark = byMarket.get(market.id());
        return mark == null ? OptionalLong.empty() : OptionalLong.of(mark.ticks());
    }

    /** The same prices without a limit on their age. */
    public Marks ofAnyAge() {
        return new Marks(byMarket, Long.MIN_VALUE);
    }

    /** A market has no mark price that is recent enough to compute with. */
    public static final class StaleMarkException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Market market;
        private final transient Mark last;

        StaleMarkException(Market market, Mark last) {
            super(market.symbol() + " has no recent mark price", null, false, false);
            this.market = market;
            this.last = last;
        }

        public Market market() {
            return market;
        }

        /** The mark that was too old, or null when there never was one. */
        public Mark last() {
            return last;
        }
    }
}
