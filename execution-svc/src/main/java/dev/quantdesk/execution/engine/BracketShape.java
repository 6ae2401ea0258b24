package dev.quantdesk.execution.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which orders make a bracket, whatever the market is. Pure. */
public final class BracketShape {
    public static final int LEGS_MIN = 2;
    /** As many as one signature is over. */
    public static final int LEGS_MAX = SignedIntent.BATCH_MAX;

    public static final long EXIT_AFTER_MILLIS_MIN = 1_000;
    public static final long EXIT_AFTER_MILLIS_MAX = 30L * 24 * 60 * 60 * 1000;

    private BracketShape() {}

    /**
     * What is wrong with a bracket.
     *
     * @param leg index of the leg at fault, from 0
     * @param field what of it, as the contract names it
     */
    public record Problem(int leg, String field, String text) {}

    /** @return the first thing that is wrong, or nothing */
    public static Optional<Problem> problem(List<BracketOrder> legs, long exitAtMillis, long exitAfterMillis) {
        if (legs.size() < LEGS_MIN || legs.size() > LEGS_MAX) {
            return Optional.of(new Problem(
                    0, "legs", "A bracket has " + LEGS_MIN + " to " + LEGS_MAX + " orders, not " + legs.size() + "."));
        }
        return ofRoles(legs)
                .or(() -> ofCommonTerms(legs))
                .or(() -> legs.getFirst().role() == LegRole.ALTERNATIVE ? ofAlternatives(legs) : ofExits(legs))
                .or(() -> ofTime(legs, exitAtMillis, exitAfterMillis));
    }

    /** An entry, its targets, a stop, a time exit; or alternatives alone. */
    private static Optional<Problem> ofRoles(List<BracketOrder> legs) {
        Set<LegRole> kinds = new HashSet<>();
        for (int i = 0; i < legs.size(); i++) {
            LegRole role = legs.get(i).role();
            boolean again = !kinds.add(role) && role != LegRole.TAKE_PROFIT && role != LegRole.ALTERNATIVE;
            boolean unordered = i > 0 && role.ordinal() < legs.get(i - 1).role().ordinal();
            boolean mixed = role == LegRole.ALTERNATIVE && kinds.size() > 1;
            if (role == LegRole.NONE || again || unordered || mixed) {
                return Optional.of(new Problem(
                        i, "role", "A bracket is an entry, take-profits, a stop and a time exit, or alternatives."));
            }
        }
        boolean excludes = kinds.contains(LegRole.ENTRY) || kinds.contains(LegRole.ALTERNATIVE) || kinds.size() > 1;
        return excludes
                ? Optional.empty()
                : Optional.of(new Problem(
                        0, "role", "Without an entry it takes exits of two kinds: take-profits, a stop, a time exit."));
    }

    private static Optional<Problem> ofCommonTerms(List<BracketOrder> legs) {
        Command.PlaceOrder first = legs.getFirst().order();
        byte[] signed = first.intent().signedBytes();
        if (signed.length != legs.size() * SignedIntent.LENGTH) {
            return Optional.of(
                    new Problem(0, "intent", "The signature is over the intents of all legs, in their order."));
        }
        Set<String> ids = new HashSet<>();
        Set<Long> nonces = new HashSet<>();
        for (int i = 0; i < legs.size(); i++) {
            Command.PlaceOrder order = legs.get(i).order();
            boolean signedHere = Arrays.equals(signed, order.intent().signedBytes())
                    && Arrays.equals(first.intent().signature(), order.intent().signature())
                    && first.intent().signer().equals(order.intent().signer());
            int at = i * SignedIntent.LENGTH;
            if (!signedHere
                    || !Arrays.equals(
                            signed, at, at + SignedIntent.LENGTH, order.intent().bytes(), 0, SignedIntent.LENGTH)) {
                return Optional.of(
                        new Problem(i, "intent", "The signature is over the intents of all legs, in their order."));
            }
            if (!order.account().equals(first.account())
                    || !order.owner().equals(first.owner())
                    || !order.trace().equals(first.trace())) {
                return Optional.of(new Problem(i, "account", "All legs are of one account and one trace."));
            }
            if (order.marketId() != first.marketId()) {
                return Optional.of(new Problem(i, "market", "All legs are in one market."));
            }
            if (!ids.add(order.clientOrderId())) {
                return Optional.of(new Problem(i, "client_order_id", "Each leg has a client order id of its own."));
            }
            if (!nonces.add(order.intent().nonce())) {
                return Optional.of(new Problem(i, "intent", "Each leg's intent has a nonce of its own."));
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> ofAlternatives(List<BracketOrder> legs) {
        for (int i = 0; i < legs.size(); i++) {
            Command.PlaceOrder order = legs.get(i).order();
            if (!order.mayRest() && !order.trigger().waits()) {
                return Optional.of(new Problem(
                        i, "time_in_force", "An order that excludes others waits: in the book or for its trigger."));
            }
            if (order.postOnly() == PostOnly.SLIDE) {
                return Optional.of(new Problem(i, "post_only_slide", "An order that excludes others does not slide."));
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> ofExits(List<BracketOrder> legs) {
        BracketOrder first = legs.getFirst();
        boolean entered = first.role() == LegRole.ENTRY;
        if (entered && first.order().reduceOnly()) {
            return Optional.of(new Problem(0, "reduce_only", "An entry that only reduces opens nothing to exit from."));
        }
        for (int i = entered ? 1 : 0; i < legs.size(); i++) {
            BracketOrder leg = legs.get(i);
            boolean closes = (leg.order().side() == first.order().side()) != entered;
            if (!closes) {
                return Optional.of(new Problem(
                        i,
                        "side",
                        entered ? "An exit is on the side opposite to its entry." : "All exits are on one side."));
            }
            if (entered && !outlives(leg.order().intent(), first.order().intent())) {
                return Optional.of(
                        new Problem(i, "intent", "An exit's intent lives as long as its entry's, or longer."));
            }
            Optional<Problem> problem = ofExit(i, leg);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return ofQuantities(legs);
    }

    /** Whether an exit can be there for all that its entry may fill. */
    static boolean outlives(SignedIntent exit, SignedIntent entry) {
        return exit.expirySeconds() >= entry.expirySeconds();
    }

    private static Optional<Problem> ofExit(int index, BracketOrder leg) {
        Command.PlaceOrder order = leg.order();
        if (!order.reduceOnly()) {
            return Optional.of(new Problem(index, "reduce_only", "An exit only reduces."));
        }
        if (order.postOnly() != PostOnly.NO) {
            return Optional.of(new Problem(index, "post_only", "An exit that may not trade closes nothing."));
        }
        if (order.peg().follows()) {
            return Optional.of(new Problem(index, "type", "An exit follows no price."));
        }
        Trigger trigger = order.trigger();
        boolean fits = switch (leg.role()) {
            case TAKE_PROFIT ->
                trigger.kind() == Trigger.Kind.TAKE_PROFIT
                        || trigger.kind() == Trigger.Kind.NONE && order.type() == OrderType.LIMIT && order.mayRest();
            case STOP_LOSS -> trigger.kind() == Trigger.Kind.STOP || trigger.trails();
            case TIME_EXIT ->
                !trigger.waits() && order.type() == OrderType.MARKET && order.timeInForce() == TimeInForce.IOC;
            case NONE, ENTRY, ALTERNATIVE -> false;
        };
        return fits
                ? Optional.empty()
                : Optional.of(new Problem(
                        index,
                        "type",
                        "A take-profit is a resting limit or a take-profit order, a stop a stop or trailing stop."));
    }

    private static Optional<Problem> ofQuantities(List<BracketOrder> legs) {
        long whole = whole(legs);
        long targets = 0;
        for (int i = 0; i < legs.size(); i++) {
            long lots = legs.get(i).order().quantityLots();
            boolean target = legs.get(i).role() == LegRole.TAKE_PROFIT;
            targets += target ? Math.min(lots, whole) : 0;
            if (target && targets > whole) {
                return Optional.of(new Problem(i, "quantity", "The take-profits are for more than the bracket."));
            }
            if (target ? lots > whole : lots != whole) {
                return Optional.of(
                        new Problem(i, "quantity", "Entry, stop and time exit are for one and the same quantity."));
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> ofTime(List<BracketOrder> legs, long atMillis, long afterMillis) {
        int last = legs.size() - 1;
        boolean timed = legs.get(last).role() == LegRole.TIME_EXIT;
        boolean entered = legs.getFirst().role() == LegRole.ENTRY;
        boolean one = timed ? (atMillis != 0) != (afterMillis != 0) : atMillis == 0 && afterMillis == 0;
        boolean inRange = atMillis >= 0
                && (afterMillis == 0 || afterMillis >= EXIT_AFTER_MILLIS_MIN && afterMillis <= EXIT_AFTER_MILLIS_MAX);
        return one && inRange && (entered || afterMillis == 0)
                ? Optional.empty()
                : Optional.of(new Problem(
                        last,
                        "time",
                        "A time exit has a time, or 1 s to 30 days after the first fill of the bracket's entry."));
    }

    /** What the whole bracket is for: its entry, or without one its stop or time exit, or all targets. */
    static long whole(List<BracketOrder> legs) {
        long targets = 0;
        for (BracketOrder leg : legs) {
            if (leg.role() != LegRole.TAKE_PROFIT) {
                return leg.order().quantityLots();
            }
            targets = Math.addExact(targets, leg.order().quantityLots());
        }
        return targets;
    }
}
