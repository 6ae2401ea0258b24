package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.engine.PlacementChecks.Refusal;
import java.util.function.IntFunction;

/** Takes algo orders in, or refuses them. */
final class AlgoPlacement {
    private final IntFunction<Market> markets;
    private final OrderStore store;
    private final AlgoStore algos;
    private final AlgoOrders work;
    private final PlacementChecks checks;
    private final LiveIntents intents;
    private final Deadlines deadlines;
    private final RefusalMemory refusals;
    private final EventWriter events;

    AlgoPlacement(
            IntFunction<Market> markets,
            OrderStore store,
            AlgoStore algos,
            AlgoOrders work,
            PlacementChecks checks,
            LiveIntents intents,
            Deadlines deadlines,
            RefusalMemory refusals,
            EventWriter events) {
        this.markets = markets;
        this.store = store;
        this.algos = algos;
        this.work = work;
        this.checks = checks;
        this.intents = intents;
        this.deadlines = deadlines;
        this.refusals = refusals;
        this.events = events;
    }

    Reply place(Command.PlaceAlgo command) {
        Command.PlaceOrder order = command.order();
        LiveAlgo earlier = algos.find(order.account(), 0, order.clientOrderId());
        if (earlier != null && earlier.placed.sameContent(command)) {
            return duplicate(earlier, order);
        }
        Reply.Refused known = refusals.find(order.reservationId());
        if (known != null) {
            return new Reply.Refused(known.reason(), known.value(), known.bound(), events.sequence());
        }
        Refusal refusal = check(command, earlier);
        if (refusal != null) {
            events.refused(order, refusal.reason());
            Reply.Refused reply =
                    new Reply.Refused(refusal.reason(), refusal.value(), refusal.bound(), events.sequence());
            refusals.add(order.reservationId(), reply);
            return reply;
        }
        return new Reply.Accepted(accept(command).state(events.sequence()));
    }

    /** The repeat may have taken a reservation of its own, which no order will ever use. */
    private Reply duplicate(LiveAlgo earlier, Command.PlaceOrder repeat) {
        boolean ownReservation = !repeat.reservationId().equals(earlier.ref.reservationId())
                && !repeat.reservationId().equals(Command.NO_RESERVATION);
        if (ownReservation) {
            events.refused(repeat, RefusalReason.DUPLICATE);
        }
        return new Reply.Duplicate(earlier.state(events.sequence()));
    }

    private LiveAlgo accept(Command.PlaceAlgo command) {
        Command.PlaceOrder order = command.order();
        Market market = markets.apply(order.marketId());
        LiveAlgo algo =
                new LiveAlgo(store.takeId(), command, store.position(order, market), market, events.nowMillis());
        algos.add(algo);
        intents.add(order.intent(), algo.orderId());
        if (order.expireMillis() > 0) {
            deadlines.add(order.expireMillis(), algo.orderId());
        }
        events.algoAccepted(algo);
        work.start(algo);
        return algo;
    }

    private Refusal check(Command.PlaceAlgo command, LiveAlgo earlier) {
        Command.PlaceOrder order = command.order();
        if (earlier != null) {
            return new Refusal(RefusalReason.CLIENT_ORDER_ID_REUSED, earlier.orderId(), 0);
        }
        Market market = markets.apply(order.marketId());
        if (market == null) {
            return new Refusal(RefusalReason.UNKNOWN_MARKET, order.marketId(), 0);
        }
        Refusal refusal = checks.check(order, market, events.nowMillis());
        refusal = refusal != null ? refusal : checkRoom(order);
        return refusal != null ? refusal : checkTerms(command, market.rules());
    }

    private Refusal checkRoom(Command.PlaceOrder order) {
        int own = algos.liveOf(order.account());
        if (own >= AlgoStore.LIVE_PER_ACCOUNT_MAX) {
            return new Refusal(RefusalReason.TOO_MANY_ALGOS, own + 1L, AlgoStore.LIVE_PER_ACCOUNT_MAX);
        }
        return algos.live() >= AlgoStore.LIVE_MAX
                ? new Refusal(RefusalReason.TOO_MANY_ALGOS, algos.live() + 1L, AlgoStore.LIVE_MAX)
                : null;
    }

    private Refusal checkTerms(Command.PlaceAlgo command, MarketRules rules) {
        long total = command.order().quantityLots();
        return switch (command.terms()) {
            case AlgoTerms.Twap twap -> {
                long endMillis = events.nowMillis() + twap.durationMillis();
                long expiryMillis = command.order().intent().expiryMillis();
                yield endMillis > expiryMillis
                        ? new Refusal(RefusalReason.ALGO_OUTLIVES_INTENT, endMillis, expiryMillis)
                        : checkChild(TwapSchedule.sliceLotsMin(twap, total), rules.minLots());
            }
            case AlgoTerms.Iceberg iceberg ->
                checkChild(IcebergTips.tipLotsMin(iceberg), IcebergTips.tipLotsNeeded(total, rules.minLots()));
        };
    }

    private static Refusal checkChild(long least, long needed) {
        return least < needed ? new Refusal(RefusalReason.ALGO_CHILD_TOO_SMALL, least, needed) : null;
    }
}
