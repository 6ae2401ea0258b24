package dev.quantdesk.execution.engine;

import java.util.List;

/** Places the orders of a bracket: all of them, or none. */
final class BracketPlacement {
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final LiveIntents intents;
    private final Deadlines deadlines;
    private final PlacementChecks checks;
    private final FillOrKill fillOrKill;
    private final EngineLimits limits;
    private final Brackets brackets;
    private final RefusalMemory refusals;
    private final EventWriter events;

    BracketPlacement(
            OrderStore store,
            OrderLifecycle lifecycle,
            LiveIntents intents,
            Deadlines deadlines,
            PlacementChecks checks,
            FillOrKill fillOrKill,
            EngineLimits limits,
            Brackets brackets,
            RefusalMemory refusals,
            EventWriter events) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.intents = intents;
        this.deadlines = deadlines;
        this.checks = checks;
        this.fillOrKill = fillOrKill;
        this.limits = limits;
        this.brackets = brackets;
        this.refusals = refusals;
        this.events = events;
    }

    /** Why a bracket is refused, and for which of its legs. */
    private record LegRefusal(int leg, PlacementChecks.Refusal refusal) {}

    /** @param market the legs', or null where it is not known; {@code matcher} and {@code reactions} carry out what may trade at once */
    Reply place(Command.PlaceBracket command, Market market, Matcher matcher, PriceReactions reactions) {
        LiveOrder earlier = earlier(command);
        if (earlier != null) {
            return duplicate(earlier.bracket, command);
        }
        Command.PlaceOrder first = command.legs().getFirst().order();
        RefusalMemory.Refused known = refusals.findRefused(first.reservationId());
        if (known != null) {
            Reply.Refused why = known.reply();
            return new Reply.BracketRefused(
                    known.leg(), new Reply.Refused(why.reason(), why.value(), why.bound(), events.sequence()));
        }
        // Of a bracket's legs only the entry, its first, may be fill-or-kill.
        LegRefusal refusal = fillOrKill.check(first, market, () -> check(command, market));
        if (refusal != null) {
            return refuse(command, refusal);
        }
        Bracket bracket = accept(command, market);
        brackets.begin(bracket);
        LiveOrder entry = bracket.entry();
        if (entry != null && entry.request.trigger().waits()) {
            lifecycle.await(entry);
        } else if (entry != null) {
            matcher.execute(entry);
        }
        reactions.afterTrades(market);
        return new Reply.BracketPlaced(bracket.id, bracket.legs(), false, events.sequence());
    }

    /** A leg of this very bracket that was placed before, or null. */
    private LiveOrder earlier(Command.PlaceBracket command) {
        List<BracketOrder> legs = command.legs();
        for (int i = 0; i < legs.size(); i++) {
            LiveOrder known = find(legs.get(i).order());
            if (known != null
                    && known.bracket != null
                    && known.leg == i
                    && known.bracket.isSame(command)
                    && known.placed.sameContent(legs.get(i).order())) {
                return known;
            }
        }
        return null;
    }

    private LiveOrder find(Command.PlaceOrder order) {
        Account account = store.account(order.account());
        return account == null ? null : account.ordersByClientId.get(order.clientOrderId());
    }

    /** The repeat may have taken reservations of its own, which no order will ever use. */
    private Reply duplicate(Bracket earlier, Command.PlaceBracket repeat) {
        for (BracketOrder leg : repeat.legs()) {
            LiveOrder known = find(leg.order());
            boolean same = known != null
                    && known.placed.reservationId().equals(leg.order().reservationId());
            if (!same && !leg.order().reservationId().equals(Command.NO_RESERVATION)) {
                events.refused(leg.order(), RefusalReason.DUPLICATE);
            }
        }
        return new Reply.BracketPlaced(earlier.id, earlier.legs(), true, events.sequence());
    }

    private LegRefusal check(Command.PlaceBracket command, Market market) {
        List<BracketOrder> legs = command.legs();
        if (market == null) {
            int marketId = legs.getFirst().order().marketId();
            return new LegRefusal(0, new PlacementChecks.Refusal(RefusalReason.UNKNOWN_MARKET, marketId, 0));
        }
        boolean entered = legs.getFirst().role() == LegRole.ENTRY;
        for (int i = 0; i < legs.size(); i++) {
            PlacementChecks.Refusal refusal = check(legs.get(i), entered, market);
            if (refusal != null) {
                return new LegRefusal(i, refusal);
            }
        }
        int last = legs.size() - 1;
        PlacementChecks.Refusal refusal = checkRoom(legs);
        refusal = refusal != null
                ? refusal
                : PlacementChecks.checkExitTime(
                        command.exitAtMillis(), legs.get(last).order().intent(), events.nowMillis());
        return refusal == null ? null : new LegRefusal(last, refusal);
    }

    private PlacementChecks.Refusal check(BracketOrder leg, boolean entered, Market market) {
        Command.PlaceOrder order = leg.order();
        LiveOrder known = find(order);
        if (known != null) {
            return new PlacementChecks.Refusal(RefusalReason.CLIENT_ORDER_ID_REUSED, known.orderId(), 0);
        }
        return entered && leg.role().isExit()
                ? checks.checkPending(order, market, events.nowMillis())
                : checks.check(order, market, events.nowMillis());
    }

    /** Each leg was found to fit alone; all of them have to. */
    private PlacementChecks.Refusal checkRoom(List<BracketOrder> legs) {
        Command.PlaceOrder first = legs.getFirst().order();
        int more = legs.size();
        Account account = store.account(first.account());
        PlacementChecks.Refusal refusal = checks.checkIntentRoom(first.intent().signer(), more);
        refusal = refusal != null
                ? refusal
                : room(
                        RefusalReason.TOO_MANY_OPEN_ORDERS,
                        (account == null ? 0 : account.openOrders) + more,
                        limits.openOrdersPerAccount());
        return refusal != null
                ? refusal
                : room(RefusalReason.TOO_MANY_OPEN_ORDERS, store.openOrders() + more, limits.openOrders());
    }

    private static PlacementChecks.Refusal room(RefusalReason reason, int needed, int limit) {
        return needed > limit ? new PlacementChecks.Refusal(reason, needed, limit) : null;
    }

    private Reply refuse(Command.PlaceBracket command, LegRefusal refused) {
        PlacementChecks.Refusal refusal = refused.refusal();
        for (BracketOrder leg : command.legs()) {
            if (!leg.order().reservationId().equals(Command.NO_RESERVATION)) {
                events.refused(leg.order(), refusal.reason());
            }
        }
        Reply.Refused why = new Reply.Refused(refusal.reason(), refusal.value(), refusal.bound(), events.sequence());
        for (BracketOrder leg : command.legs()) {
            refusals.add(leg.order().reservationId(), why, refused.leg());
        }
        return new Reply.BracketRefused(refused.leg(), why);
    }

    private Bracket accept(Command.PlaceBracket command, Market market) {
        Bracket bracket = new Bracket(store.lastOrderId() + 1, command);
        List<BracketOrder> legs = command.legs();
        for (int i = 0; i < legs.size(); i++) {
            Command.PlaceOrder request = legs.get(i).order();
            LiveOrder order = store.create(request, PlacementChecks.workingPrice(request, market), market);
            bracket.join(order, i);
            intents.add(request.intent(), order.orderId());
            if (request.expireMillis() > 0) {
                deadlines.add(request.expireMillis(), order.orderId());
            }
            if (legs.get(i).role() != LegRole.ENTRY) {
                lifecycle.pend(order);
            }
            events.accepted(order);
        }
        return bracket;
    }
}
