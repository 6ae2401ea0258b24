package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.PlacementChecks.Refusal;
import dev.quantdesk.kit.intent.OrderIntent;

/** Changes open orders. What is left of one keeps its place in line only where it does nothing but shrink. */
final class Amendments {
    private final OrderLifecycle lifecycle;
    private final Matcher matcher;
    private final PlacementChecks checks;
    private final LiveIntents intents;
    private final EngineLimits limits;
    private final EventWriter events;

    Amendments(
            OrderLifecycle lifecycle,
            Matcher matcher,
            PlacementChecks checks,
            LiveIntents intents,
            EngineLimits limits,
            EventWriter events) {
        this.lifecycle = lifecycle;
        this.matcher = matcher;
        this.checks = checks;
        this.intents = intents;
        this.limits = limits;
        this.events = events;
    }

    /** Whether this very amendment was made before. */
    static boolean isRepeat(LiveOrder order, Command.AmendOrder amend) {
        return order.hasAmendment(amend.reservationId());
    }

    /** The order as it would be. */
    private static Command.PlaceOrder terms(LiveOrder order, Command.AmendOrder amend) {
        Command.PlaceOrder now = order.request;
        return now.amended(
                amend.priceTicks() == 0 ? now.priceTicks() : amend.priceTicks(),
                amend.quantityLots() == 0 ? now.quantityLots() : amend.quantityLots(),
                amend.triggerValue() == 0 ? now.trigger() : now.trigger().withValue(amend.triggerValue()),
                amend.intent().orElse(now.intent()),
                amend.reservationId());
    }

    /** @return null when the order may be amended so */
    Refusal check(LiveOrder order, Command.AmendOrder amend, long nowMillis) {
        if (!isAmendable(order, amend)) {
            return new Refusal(RefusalReason.NOT_AMENDABLE, order.orderId(), 0);
        }
        Command.PlaceOrder wanted = terms(order, amend);
        MarketRules rules = order.market.rules();
        Refusal refusal = PlacementChecks.checkSize(wanted.quantityLots(), rules);
        refusal = refusal != null ? refusal : PlacementChecks.checkPrice(wanted.priceTicks(), rules);
        if (refusal != null) {
            return refusal;
        }
        if (wanted.quantityLots() <= order.filledLots) {
            return new Refusal(RefusalReason.AMEND_BELOW_FILLED, wanted.quantityLots(), order.filledLots);
        }
        refusal = checkIntent(wanted, amend, nowMillis);
        refusal = refusal != null ? refusal : AmendedLeg.check(order, wanted, nowMillis);
        refusal = refusal != null ? refusal : checkPosition(order, wanted);
        return refusal != null ? refusal : checkPrices(order, wanted, nowMillis);
    }

    private static boolean isAmendable(LiveOrder order, Command.AmendOrder amend) {
        boolean hasPrice = order.request.type() == OrderType.LIMIT;
        return order.status.isOpen()
                && order.auction == null
                && order.algo == null
                && !order.request.peg().follows()
                && (amend.priceTicks() == 0 || hasPrice)
                && (amend.triggerValue() == 0 || waitsForTrigger(order))
                // What a leg of a bracket may trade follows from the others.
                && (amend.quantityLots() == 0 || order.bracket == null);
    }

    private static boolean waitsForTrigger(LiveOrder order) {
        return order.isWaiting() || order.isPending() && order.request.trigger().waits();
    }

    private Refusal checkIntent(Command.PlaceOrder wanted, Command.AmendOrder amend, long nowMillis) {
        if (amend.intent().isPresent()) {
            Refusal refusal = checks.checkIntent(wanted.intent(), nowMillis);
            refusal = refusal != null
                    ? refusal
                    : checks.checkIntentRoom(wanted.intent().signer(), 1);
            if (refusal != null) {
                return refusal;
            }
            if (wanted.expireMillis() > wanted.intent().expiryMillis()) {
                return new Refusal(
                        RefusalReason.BAD_EXPIRE_TIME,
                        wanted.expireMillis(),
                        wanted.intent().expiryMillis());
            }
        }
        return checkBounds(wanted);
    }

    private static Refusal checkBounds(Command.PlaceOrder wanted) {
        OrderIntent signed;
        try {
            signed = OrderIntent.decode(wanted.intent().bytes());
        } catch (IllegalArgumentException unreadable) {
            // Checked before the command; an intent that says nothing allows nothing.
            return new Refusal(RefusalReason.AMEND_QUANTITY_BEYOND_INTENT, wanted.quantityLots(), 0);
        }
        boolean worse = wanted.side() == Side.BUY
                ? wanted.priceTicks() > signed.priceTicks()
                : wanted.priceTicks() < signed.priceTicks();
        if (worse) {
            return new Refusal(RefusalReason.AMEND_PRICE_BEYOND_INTENT, wanted.priceTicks(), signed.priceTicks());
        }
        return wanted.quantityLots() > signed.quantityLots()
                ? new Refusal(RefusalReason.AMEND_QUANTITY_BEYOND_INTENT, wanted.quantityLots(), signed.quantityLots())
                : null;
    }

    private Refusal checkPosition(LiveOrder order, Command.PlaceOrder wanted) {
        long lots = order.position.lots();
        long after = lots + order.side().signed(remainingLots(order, wanted));
        boolean tooLarge =
                !wanted.reduceOnly() && Math.abs(after) > limits.positionLots() && Math.abs(after) > Math.abs(lots);
        return tooLarge ? new Refusal(RefusalReason.POSITION_TOO_LARGE, Math.abs(after), limits.positionLots()) : null;
    }

    private static long remainingLots(LiveOrder order, Command.PlaceOrder wanted) {
        return order.bracket == null ? wanted.quantityLots() - order.filledLots : order.remainingLots;
    }

    private static Refusal checkPrices(LiveOrder order, Command.PlaceOrder wanted, long nowMillis) {
        boolean moved = !wanted.trigger().equals(order.request.trigger());
        if (order.isPending()) {
            return moved ? PlacementChecks.checkPendingTrigger(wanted, order.market, nowMillis) : null;
        }
        if (order.isWaiting()) {
            return moved ? PlacementChecks.checkTrigger(wanted, order.market, nowMillis) : null;
        }
        long ticks = PlacementChecks.workingPrice(wanted, order.market);
        boolean takes = wanted.postOnly() != PostOnly.NO && order.market.book().crosses(order.side(), ticks);
        return takes
                ? new Refusal(
                        RefusalReason.POST_ONLY_WOULD_CROSS,
                        wanted.priceTicks(),
                        order.market.book().best(order.side().opposite()).priceTicks())
                : null;
    }

    /** Makes an amendment that passed {@link #check}; the order may trade by it. */
    void make(LiveOrder order, Command.AmendOrder amend) {
        Command.PlaceOrder wanted = terms(order, amend);
        long remaining = remainingLots(order, wanted);
        amend.intent().ifPresent(intent -> intents.add(intent, order.orderId()));
        order.amended(amend.reservationId());
        order.ref = new OrderRef(
                order.orderId(),
                order.ref.account(),
                order.ref.clientOrderId(),
                amend.reservationId(),
                order.ref.trace());
        if (order.isPending()) {
            pend(order, wanted, amend);
            return;
        }
        if (order.isWaiting()) {
            wait(order, wanted, remaining, amend);
            return;
        }
        boolean shrinks = wanted.priceTicks() == order.request.priceTicks() && remaining <= order.remainingLots;
        if (shrinks) {
            if (remaining < order.remainingLots) {
                order.market.book().reduce(order.orderId(), order.remainingLots - remaining);
            }
            order.request = wanted;
            order.remainingLots = remaining;
            events.amended(order, amend.trace());
            return;
        }
        lifecycle.leaveBook(order);
        order.request = wanted;
        order.remainingLots = remaining;
        order.priceTicks = PlacementChecks.workingPrice(wanted, order.market);
        events.amended(order, amend.trace());
        matcher.execute(order);
    }

    private void pend(LiveOrder order, Command.PlaceOrder wanted, Command.AmendOrder amend) {
        order.request = wanted;
        order.priceTicks = wanted.priceTicks();
        events.amended(order, amend.trace());
    }

    private void wait(LiveOrder order, Command.PlaceOrder wanted, long remaining, Command.AmendOrder amend) {
        boolean moved = !wanted.trigger().equals(order.request.trigger());
        if (moved) {
            order.market.watch().remove(order);
        }
        order.request = wanted;
        order.remainingLots = remaining;
        order.priceTicks = wanted.priceTicks();
        if (moved) {
            order.market.watch().add(order);
        }
        events.amended(order, amend.trace());
    }
}
