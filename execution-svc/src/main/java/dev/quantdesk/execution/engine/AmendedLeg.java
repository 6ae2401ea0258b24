package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.engine.PlacementChecks.Refusal;
import java.util.Optional;

/** Holds what a leg of a bracket would be against its other legs that are open, by the rules that the bracket was placed by. Pure. */
final class AmendedLeg {
    private final Bracket bracket;
    private final LiveOrder order;
    private final Command.PlaceOrder wanted;

    private AmendedLeg(LiveOrder order, Command.PlaceOrder wanted) {
        bracket = order.bracket;
        this.order = order;
        this.wanted = wanted;
    }

    /** What one exit has against the entry or the entry against it, or null. */
    @FunctionalInterface
    private interface Rule {
        Refusal check(LegRole role, Command.PlaceOrder exit, Command.PlaceOrder entry);
    }

    /** @return null when the order is of no bracket, or its bracket remains one */
    static Refusal check(LiveOrder order, Command.PlaceOrder wanted, long nowMillis) {
        return order.bracket == null ? null : new AmendedLeg(order, wanted).check(nowMillis);
    }

    private Refusal check(long nowMillis) {
        Refusal refusal = null;
        if (wanted.intent() != order.request.intent()) {
            refusal = checkExitTime(nowMillis);
            refusal = refusal != null ? refusal : checkExits(this::checkIntents);
        }
        boolean moved = wanted.priceTicks() != order.request.priceTicks()
                || !wanted.trigger().equals(order.request.trigger());
        return refusal == null && moved ? checkExits(this::checkPrices) : refusal;
    }

    private Refusal checkExitTime(long nowMillis) {
        return order == bracket.timeExit()
                ? PlacementChecks.checkExitTime(bracket.exitMillis, wanted.intent(), nowMillis)
                : null;
    }

    /** Looks at the entry with each exit, or where an exit is amended with that one. @return what needs the largest change, or null */
    private Refusal checkExits(Rule rule) {
        LiveOrder entry = bracket.entry();
        Refusal worst = null;
        for (int i = 1; entry != null && i < bracket.legs(); i++) {
            LiveOrder exit = bracket.live(i);
            if (exit != null && (order == exit || order == entry)) {
                Refusal refusal = rule.check(bracket.role(i), terms(exit), terms(entry));
                boolean worse = refusal != null && (worst == null || change(refusal) > change(worst));
                worst = worse ? refusal : worst;
            }
        }
        return worst;
    }

    private Command.PlaceOrder terms(LiveOrder leg) {
        return leg == order ? wanted : leg.request;
    }

    private static long change(Refusal refusal) {
        return Math.abs(refusal.value() - refusal.bound());
    }

    private Refusal checkIntents(LegRole role, Command.PlaceOrder exit, Command.PlaceOrder entry) {
        if (BracketShape.outlives(exit.intent(), entry.intent())) {
            return null;
        }
        SignedIntent other = exit == wanted ? entry.intent() : exit.intent();
        return new Refusal(RefusalReason.EXIT_ENDS_BEFORE_ENTRY, wanted.intent().expiryMillis(), other.expiryMillis());
    }

    private Refusal checkPrices(LegRole role, Command.PlaceOrder exit, Command.PlaceOrder entry) {
        Optional<ExitLevel> level = ExitLevel.of(role, entry.side(), exit.trigger(), exit.priceTicks());
        if (level.isEmpty()
                || !ExitLevel.isBoundBy(entry.type(), entry.peg())
                || level.get().isBeyond(entry.priceTicks())) {
            return null;
        }
        return exit == wanted
                ? new Refusal(
                        RefusalReason.EXIT_NOT_BEYOND_ENTRY,
                        level.get().ticks(),
                        level.get().nearestTo(entry.priceTicks()))
                : new Refusal(
                        RefusalReason.EXIT_NOT_BEYOND_ENTRY,
                        entry.priceTicks(),
                        level.get().nearestEntryTicks());
    }
}
