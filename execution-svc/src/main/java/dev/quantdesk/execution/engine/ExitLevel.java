package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import java.util.Optional;

/**
 * The price at which an exit of a bracket would act. It has to be beyond the limit of the entry: on the wrong side of it the exit would
 * go to work at once.
 *
 * @param byTrigger whether it is the exit's trigger, or else its limit
 * @param above whether it has to be above the entry's limit, or else below
 */
public record ExitLevel(boolean byTrigger, boolean above, long ticks) {

    /** Whether an entry bounds its exits: one that follows a price, or takes any, has no limit of its own. */
    public static boolean isBoundBy(OrderType entryType, Peg entryPeg) {
        return entryType == OrderType.LIMIT && !entryPeg.follows();
    }

    /** Nothing where it has none that could be told beforehand: of a trailing stop, and a time exit. */
    public static Optional<ExitLevel> of(LegRole role, Side entrySide, Trigger trigger, long limitTicks) {
        boolean target = role == LegRole.TAKE_PROFIT;
        boolean byTrigger = trigger.waits() && !trigger.trails();
        boolean byPrice = target && !trigger.waits();
        boolean above = (entrySide == Side.BUY) == target;
        return byTrigger || byPrice
                ? Optional.of(new ExitLevel(byTrigger, above, byTrigger ? trigger.value() : limitTicks))
                : Optional.empty();
    }

    public boolean isBeyond(long entryTicks) {
        return above ? ticks > entryTicks : ticks < entryTicks;
    }

    /** The nearest level that is beyond that limit of an entry. It need not be a price that the market takes. */
    public long nearestTo(long entryTicks) {
        return above ? entryTicks + 1 : entryTicks - 1;
    }

    /** The limit of an entry nearest to this level that leaves it beyond. It need not be a price that the market takes. */
    long nearestEntryTicks() {
        return above ? ticks - 1 : ticks + 1;
    }
}
