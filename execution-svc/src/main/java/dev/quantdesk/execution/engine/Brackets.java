package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.ArrayDeque;

/**
 * Lets the orders of a bracket act on each other. What makes an order smaller, or ends it, is done at once, so that nothing is traded
 * twice within one sweep; what makes one larger, or lets it go to work, waits until the sweep is over.
 */
final class Brackets {
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final EventWriter events;
    /** Whose entry has filled since its exits were last sized; empty between commands. */
    private final ArrayDeque<Bracket> unsized = new ArrayDeque<>();
    /** When time exits go to work; never more than live intents, for none is later than its intent's expiry. */
    private final Deadlines timeExits = new Deadlines();

    Brackets(OrderStore store, OrderLifecycle lifecycle, EventWriter events) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.events = events;
        lifecycle.onClose(this::closed);
    }

    /** Takes in a bracket whose orders were accepted; its entry is to be carried out next, then {@link #size}. */
    void begin(Bracket bracket) {
        LiveOrder timeExit = bracket.timeExit();
        if (timeExit != null && bracket.exitMillis > 0) {
            timeExits.add(bracket.exitMillis, timeExit.orderId());
        }
        if (bracket.entry() == null) {
            unsized.add(bracket);
        }
    }

    /** An order has traded, in part or whole. */
    void traded(LiveOrder order, long lots) {
        Bracket bracket = order.bracket;
        if (bracket == null) {
            return;
        }
        if (bracket.role(order.leg) == LegRole.ENTRY) {
            startClock(bracket);
            bracket.entered(lots);
            unsized.add(bracket);
            return;
        }
        bracket.exited(lots);
        endEntry(bracket);
        shrink(bracket, order);
    }

    private void startClock(Bracket bracket) {
        LiveOrder timeExit = bracket.timeExit();
        if (bracket.enteredLots() == 0 && bracket.exitAfterMillis > 0 && timeExit != null) {
            // One that outlives its intent would close nothing.
            long latest = timeExit.request.intent().expiryMillis() - 1_000;
            bracket.exitMillis = Math.min(events.nowMillis() + bracket.exitAfterMillis, latest);
            timeExits.add(bracket.exitMillis, timeExit.orderId());
        }
    }

    /** An order's trigger has fired: it is to be carried out next. */
    void fired(LiveOrder order) {
        if (order.bracket != null && order.bracket.role(order.leg).isExit()) {
            endEntry(order.bracket);
        }
    }

    /** A bracket that exits enters no more. */
    private void endEntry(Bracket bracket) {
        LiveOrder entry = bracket.entry();
        if (entry != null) {
            lifecycle.cancelOpen(entry, CancelReason.EXIT_STARTED);
        }
    }

    /** Takes what {@code trader} has traded from the orders beside it. */
    private void shrink(Bracket bracket, LiveOrder trader) {
        for (int i = 0; i < bracket.legs(); i++) {
            LiveOrder order = bracket.live(i);
            if (order == null || order == trader || bracket.role(i) == LegRole.ENTRY) {
                continue;
            }
            long lots = bracket.sizeLots(i);
            if (lots == 0) {
                lifecycle.cancelOpen(order, CancelReason.SIBLING_FILLED);
            } else if (order.sized && lots < order.remainingLots) {
                lifecycle.shrinkOpen(order, lots);
                events.sized(order, false);
            }
        }
    }

    /** An order is closed. */
    private void closed(LiveOrder order) {
        Bracket bracket = order.bracket;
        if (bracket == null) {
            return;
        }
        bracket.left(order);
        if (bracket.role(order.leg) != LegRole.ENTRY) {
            return;
        }
        for (int i = 0; i < bracket.legs(); i++) {
            LiveOrder exit = bracket.live(i);
            if (exit != null && !exit.sized && bracket.sizeLots(i) == 0) {
                lifecycle.cancelOpen(
                        exit, bracket.hasExited() ? CancelReason.SIBLING_FILLED : CancelReason.ENTRY_ENDED);
            }
        }
    }

    /** Sizes the exits of brackets that have entered more, which may trade by it. */
    void size(Matcher matcher) {
        for (Bracket bracket = unsized.poll(); bracket != null; bracket = unsized.poll()) {
            for (int i = 0; i < bracket.legs(); i++) {
                LiveOrder order = bracket.live(i);
                long lots = order == null || bracket.role(i) == LegRole.ENTRY ? 0 : bracket.sizeLots(i);
                if (lots > 0) {
                    size(order, lots, matcher);
                }
            }
        }
    }

    private void size(LiveOrder order, long lots, Matcher matcher) {
        if (!order.sized) {
            order.sized = true;
            order.remainingLots = lots;
            if (order.bracket.role(order.leg) == LegRole.TIME_EXIT) {
                events.sized(order, false);
            } else {
                activate(order, matcher);
            }
        } else if (lots < order.remainingLots) {
            lifecycle.shrinkOpen(order, lots);
            events.sized(order, false);
        } else if (lots > order.remainingLots) {
            grow(order, lots, matcher);
        }
    }

    /** At its price a larger order goes to the end of the line. */
    private void grow(LiveOrder order, long lots, Matcher matcher) {
        boolean rests = order.inBook;
        if (rests) {
            lifecycle.leaveBook(order);
        }
        order.remainingLots = lots;
        events.sized(order, false);
        if (rests) {
            matcher.execute(order);
        }
    }

    private void activate(LiveOrder order, Matcher matcher) {
        lifecycle.activate(order);
        events.sized(order, true);
        if (order.request.trigger().waits()) {
            lifecycle.await(order);
        } else {
            matcher.execute(order);
        }
    }

    /** Lets the time exits that are due go to work. */
    void reached(long nowMillis, Matcher matcher, PriceReactions reactions) {
        timeExits.reached(nowMillis, orderId -> {
            LiveOrder order = store.order(orderId);
            if (order == null || !order.isPending()) {
                return;
            }
            endEntry(order.bracket);
            if (order.isPending() && order.sized) {
                activate(order, matcher);
                reactions.afterTrades(order.market);
            }
        });
    }

    /** Lots that a resting order could trade where its bracket's orders trade {@code takenLots} before it. */
    static long tradableLots(LiveOrder order, long takenLots) {
        return order.bracket == null
                ? order.remainingLots
                : Math.max(0, Math.min(order.remainingLots, order.bracket.limitLots(order.leg) - takenLots));
    }

    /** The brackets themselves are the orders'. */
    void save(SnapshotWriter out) {
        timeExits.save(out);
    }

    void load(SnapshotReader in) {
        timeExits.load(in);
    }

    long nextMillis() {
        return timeExits.nextMillis();
    }

    long hash() {
        return timeExits.hash();
    }
}
