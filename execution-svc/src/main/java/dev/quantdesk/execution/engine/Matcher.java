package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.execution.book.OrderBook;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Trades an incoming order against the book: price, then time; no trade of an owner with itself; reduce-only never flips. */
final class Matcher {
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final SettlementLedger settlement;
    private final EventWriter events;
    private final Brackets brackets;
    private Precedence precedence = taker -> {};

    /** Lets those trade first who came before an order. */
    @FunctionalInterface
    interface Precedence {
        void goFirst(LiveOrder taker);
    }

    Matcher(
            OrderStore store,
            OrderLifecycle lifecycle,
            SettlementLedger settlement,
            EventWriter events,
            Brackets brackets) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.settlement = settlement;
        this.events = events;
        this.brackets = brackets;
    }

    /** Who is to go first from now on. */
    void giveWayTo(Precedence those) {
        precedence = those;
    }

    /** Trades what can be traded, then rests, closes or cancels the order. */
    void execute(LiveOrder taker) {
        precedence.goFirst(taker);
        // Their trades may have been its bracket's, which ended it.
        if (taker.status.isOpen()) {
            finish(taker, match(taker, null));
        }
    }

    /** Rests, closes or cancels what is left of an order. @param stopped why it must not go on, or null */
    void finish(LiveOrder taker, CancelReason stopped) {
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

    /**
     * Trades an order with the book and the quotes of its auction, the best price first, the book before quotes of the same.
     *
     * @param auction null where it has none
     * @return why the remainder must be cancelled, or null when it may go on
     */
    CancelReason match(LiveOrder taker, Auction auction) {
        return tradeWith(() -> nextMaker(taker, auction), taker);
    }

    /** Trades an auction's taker with those quotes that are within a price and better than the book. @return as above */
    CancelReason matchQuotes(Auction auction, long limitTicks) {
        OrderBook book = auction.taker.market.book();
        Supplier<LiveOrder> makers = () -> {
            LiveOrder quote = auction.best(limitTicks);
            return quote != null && isBetter(quote, book, auction.taker) ? quote : null;
        };
        return tradeWith(makers, auction.taker);
    }

    private CancelReason tradeWith(Supplier<LiveOrder> makers, LiveOrder taker) {
        while (taker.remainingLots > 0) {
            if (taker.reducibleLots() == 0) {
                return CancelReason.REDUCE_ONLY;
            }
            LiveOrder maker = makers.get();
            if (maker == null) {
                return null;
            }
            switch (selfTrade(taker.request, taker.account.owner, taker.bracket, maker)) {
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

    private LiveOrder nextMaker(LiveOrder taker, Auction auction) {
        OrderBook book = taker.market.book();
        LiveOrder quote = auction == null ? null : auction.best(taker.priceTicks);
        if (quote != null && isBetter(quote, book, taker)) {
            return quote;
        }
        return book.crosses(taker.side(), taker.priceTicks)
                ? store.order(book.best(taker.side().opposite()).orderId())
                : null;
    }

    private static boolean isBetter(LiveOrder quote, OrderBook book, LiveOrder taker) {
        BookOrder resting = book.best(taker.side().opposite());
        return resting == null || AuctionPrices.isBetter(taker.side(), quote.priceTicks, resting.priceTicks());
    }

    /**
     * What is to happen between the two, where all accounts of one owner are one party. A reduce-only order reduces nothing by a
     * trade within its account, and makes none, nor do orders of one bracket; by a trade with another account of its owner it does.
     */
    private static SelfTradePrevention selfTrade(
            Command.PlaceOrder taker, PublicKey owner, Bracket bracket, LiveOrder maker) {
        if (!maker.account.owner.equals(owner)) {
            return SelfTradePrevention.NONE;
        }
        boolean reduces =
                maker.account.key.equals(taker.account()) && (taker.reduceOnly() || maker.request.reduceOnly());
        boolean siblings = bracket != null && bracket == maker.bracket;
        return (reduces || siblings) && taker.selfTrade() == SelfTradePrevention.NONE
                ? SelfTradePrevention.EXPIRE_TAKER
                : taker.selfTrade();
    }

    private void trade(LiveOrder maker, LiveOrder taker) {
        long lots = Math.min(
                Math.min(maker.remainingLots, maker.reducibleLots()),
                Math.min(taker.remainingLots, taker.reducibleLots()));
        long priceTicks = maker.priceTicks;
        if (maker.auction == null) {
            maker.market.book().fillBest(maker.side(), lots);
        } else {
            maker.auction.traded(priceTicks, lots);
        }
        maker.fill(priceTicks, lots);
        taker.fill(priceTicks, lots);
        long tradeId = settlement.add(maker, taker);
        events.traded(tradeId, maker, taker, lots);
        maker.market.watch().price(PriceSource.LAST, priceTicks);
        brackets.traded(maker, lots);
        brackets.traded(taker, lots);
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
        return dryRun(order, account, market).lots();
    }

    /**
     * What the book would give an order.
     *
     * @param lots up to its quantity
     * @param firstTicks price of the first lot, 0 where there is none
     * @param lastTicks price of the last lot, 0 where there is none
     * @param fillsWhole whether nothing of what it may trade would be left
     */
    record DryRun(long lots, long firstTicks, long lastTicks, boolean fillsWhole) {}

    DryRun dryRun(Command.PlaceOrder order, Account account, Market market) {
        long wanted = order.quantityLots();
        if (order.reduceOnly()) {
            wanted = Math.min(wanted, account.position(order.marketId()).reducibleLots(order.side()));
        }
        Walk walk = new Walk(order, account, wanted);
        market.book().walk(order.side().opposite(), walk::take);
        walk.takeHidden();
        return new DryRun(walk.fillableLots, walk.firstTicks, walk.lastTicks, walk.fillableLots == wanted);
    }

    /** A dry run over the book. */
    private final class Walk {
        private final Command.PlaceOrder taker;
        private final Account account;
        private final PublicKey owner;
        private final long wantedLots;
        private final Map<Position, Long> takenLots = new HashMap<>();
        private final Map<Bracket, Long> takenOfBracket = new HashMap<>();
        /** Tips of the level in hand, whose next ones stand at its end. */
        private final List<LiveOrder> tips = new ArrayList<>(0);

        private long levelTicks;
        private long fillableLots;
        private long firstTicks;
        private long lastTicks;

        Walk(Command.PlaceOrder taker, Account account, long wantedLots) {
            this.taker = taker;
            this.account = account;
            // An account that has never placed an order is not known yet.
            this.owner = account == null ? taker.owner() : account.owner;
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
            SelfTradePrevention selfTrade = selfTrade(taker, owner, null, maker);
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
            long ofBracket = takenOfBracket.getOrDefault(maker.bracket, 0L);
            long lots = Math.min(tradableLots(maker, ofBracket), wantedLots - fillableLots);
            long taken = takenLots.getOrDefault(maker.position, 0L);
            if (maker.request.reduceOnly()) {
                lots = Math.min(lots, Math.max(0, maker.reducibleLots() - taken));
            }
            // Who trades with himself keeps his position.
            takenLots.put(maker.position, maker.account == account ? taken : taken + lots);
            if (maker.bracket != null && maker != maker.bracket.entry()) {
                takenOfBracket.put(maker.bracket, ofBracket + lots);
            }
            if (lots > 0) {
                firstTicks = firstTicks == 0 ? resting.priceTicks() : firstTicks;
                lastTicks = resting.priceTicks();
            }
            fillableLots += lots;
            return true;
        }

        private static long tradableLots(LiveOrder maker, long takenOfBracket) {
            boolean isEntry = maker.bracket != null && maker == maker.bracket.entry();
            return isEntry ? maker.remainingLots : Brackets.tradableLots(maker, takenOfBracket);
        }

        private void takeHidden() {
            for (LiveOrder tip : tips) {
                long lots = Math.min(tip.algo.unfilledLots() - tip.remainingLots, wantedLots - fillableLots);
                takenLots.merge(tip.position, tip.account == account ? 0 : lots, Long::sum);
                fillableLots += lots;
                lastTicks = lots > 0 ? levelTicks : lastTicks;
            }
            tips.clear();
        }
    }
}
