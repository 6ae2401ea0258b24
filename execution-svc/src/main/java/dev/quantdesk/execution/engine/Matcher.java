package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.execution.book.OrderBook;
import dev.quantdesk.execution.book.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Trades an incoming order against the book: price, then time; no trade with oneself; reduce-only never flips. */
final class Matcher {
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final SettlementLedger settlement;
    private final EventWriter events;

    Matcher(OrderStore store, OrderLifecycle lifecycle, SettlementLedger settlement, EventWriter events) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.settlement = settlement;
        this.events = events;
    }

    /** Trades what can be traded, then rests, closes or cancels the order. */
    void execute(LiveOrder taker) {
        CancelReason stopped = match(taker);
        if (taker.remainingLots == 0) {
            lifecycle.takerFilled(taker);
        } else if (stopped != null) {
            lifecycle.cancelRemainder(taker, stopped);
        } else if (!taker.request.mayRest()) {
            lifecycle.cancelRemainder(
                    taker, taker.filledLots == 0 ? CancelReason.NO_LIQUIDITY : CancelReason.IOC_REMAINDER);
        } else {
            lifecycle.rest(taker);
        }
    }

    /** @return why the remainder must be cancelled, or null when it may go on */
    private CancelReason match(LiveOrder taker) {
        OrderBook book = taker.market.book();
        Side makerSide = taker.side().opposite();
        while (taker.remainingLots > 0) {
            if (taker.reducibleLots() == 0) {
                return CancelReason.REDUCE_ONLY;
            }
            if (!book.crosses(taker.side(), taker.priceTicks)) {
                return null;
            }
            LiveOrder maker = store.order(book.best(makerSide).orderId());
            switch (selfTrade(taker.request, taker.account, maker)) {
                case NONE -> trade(maker, taker);
                case EXPIRE_MAKER -> lifecycle.cancelResting(maker, CancelReason.SELF_TRADE);
                case EXPIRE_BOTH -> {
                    lifecycle.cancelResting(maker, CancelReason.SELF_TRADE);
                    return CancelReason.SELF_TRADE;
                }
                case EXPIRE_TAKER -> {
                    return CancelReason.SELF_TRADE;
                }
            }
        }
        return null;
    }

    /** What is to happen between the two; a reduce-only order reduces nothing by a trade with itself, and makes none. */
    private static SelfTradePrevention selfTrade(Command.PlaceOrder taker, Account account, LiveOrder maker) {
        if (maker.account != account) {
            return SelfTradePrevention.NONE;
        }
        boolean reduces = taker.reduceOnly() || maker.request.reduceOnly();
        return reduces && taker.selfTrade() == SelfTradePrevention.NONE
                ? SelfTradePrevention.EXPIRE_TAKER
                : taker.selfTrade();
    }

    private void trade(LiveOrder maker, LiveOrder taker) {
        long lots = Math.min(
                Math.min(maker.remainingLots, maker.reducibleLots()),
                Math.min(taker.remainingLots, taker.reducibleLots()));
        long priceTicks = maker.priceTicks;
        maker.market.book().fillBest(maker.side(), lots);
        maker.fill(priceTicks, lots);
        taker.fill(priceTicks, lots);
        long tradeId = settlement.add(maker, taker);
        events.traded(tradeId, maker, taker, lots);
        maker.market.watch().price(PriceSource.LAST, priceTicks);
        if (maker.remainingLots == 0) {
            lifecycle.makerFilled(maker);
        }
        cancelVoidReduceOnly(maker.position);
        cancelVoidReduceOnly(taker.position);
    }

    private void cancelVoidReduceOnly(Position position) {
        for (LiveOrder order : position.voidReduceOnly()) {
            lifecycle.cancelResting(order, CancelReason.REDUCE_ONLY);
        }
    }

    /**
     * Lots that {@link #execute} would fill of this order, up to its quantity. Every maker's position is followed
     * through the walk: a maker's plain orders use up what its reduce-only orders behind them could have reduced. What an iceberg
     * hides counts after all others at its price, where it will be; a reduce-only one counts with its tip alone.
     */
    long fillableLots(Command.PlaceOrder order, Account account, Market market) {
        long wanted = order.quantityLots();
        if (order.reduceOnly()) {
            wanted = Math.min(wanted, account.position(order.marketId()).reducibleLots(order.side()));
        }
        Walk walk = new Walk(order, account, wanted);
        market.book().walk(order.side().opposite(), walk::take);
        walk.takeHidden();
        return walk.fillableLots;
    }

    /** A dry run over the book. */
    private final class Walk {
        private final Command.PlaceOrder taker;
        private final Account account;
        private final long wantedLots;
        private final Map<Position, Long> takenLots = new HashMap<>();
        /** Tips of the level in hand, whose next ones stand at its end. */
        private final List<LiveOrder> tips = new ArrayList<>(0);

        private long levelTicks;
        private long fillableLots;

        Walk(Command.PlaceOrder taker, Account account, long wantedLots) {
            this.taker = taker;
            this.account = account;
            this.wantedLots = wantedLots;
        }

        boolean take(BookOrder resting) {
            LiveOrder maker = store.order(resting.orderId());
            if (resting.priceTicks() != levelTicks) {
                takeHidden();
                levelTicks = resting.priceTicks();
            }
            if (fillableLots == wantedLots || !taker.side().crosses(taker.priceTicks(), resting.priceTicks())) {
                return false;
            }
            SelfTradePrevention selfTrade = selfTrade(taker, account, maker);
            if (selfTrade != SelfTradePrevention.NONE) {
                boolean goesOn = selfTrade == SelfTradePrevention.EXPIRE_MAKER;
                if (!goesOn) {
                    tips.clear();
                }
                return goesOn;
            }
            if (maker.algo != null && !maker.request.reduceOnly()) {
                tips.add(maker);
            }
            long lots = Math.min(maker.remainingLots, wantedLots - fillableLots);
            long taken = takenLots.getOrDefault(maker.position, 0L);
            if (maker.request.reduceOnly()) {
                lots = Math.min(lots, Math.max(0, maker.reducibleLots() - taken));
            }
            // Who trades with himself keeps his position.
            takenLots.put(maker.position, maker.account == account ? taken : taken + lots);
            fillableLots += lots;
            return true;
        }

        private void takeHidden() {
            for (LiveOrder tip : tips) {
                long lots = Math.min(tip.algo.unfilledLots() - tip.remainingLots, wantedLots - fillableLots);
                takenLots.merge(tip.position, tip.account == account ? 0 : lots, Long::sum);
                fillableLots += lots;
            }
            tips.clear();
        }
    }
}
