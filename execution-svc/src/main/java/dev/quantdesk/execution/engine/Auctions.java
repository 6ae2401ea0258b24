package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.PlacementChecks.Refusal;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

/**
 * Lets makers compete for orders that take. An auction's price moves from the taker's favour towards what the book would have
 * given; the first quote it meets fills, at the quote's own price, unless the book is as good. When the time is up, quotes and
 * book fill the taker together, the best price first and the book before a quote of the same price; what is left goes on as the
 * order says. So no fill is worse than the book is at that moment.
 */
final class Auctions implements Matcher.Precedence {
    /** After the auction's end by so much no quote trades: the engine was away, and its price is of another time. */
    static final long LATE_MILLIS_MAX = 1_000;

    private final AuctionBoard board;
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final Matcher matcher;
    private final PriceReactions reactions;
    private final EngineLimits limits;
    private final EventWriter events;

    Auctions(
            AuctionBoard board,
            OrderStore store,
            OrderLifecycle lifecycle,
            Matcher matcher,
            PriceReactions reactions,
            EngineLimits limits,
            EventWriter events) {
        this.board = board;
        this.store = store;
        this.lifecycle = lifecycle;
        this.matcher = matcher;
        this.reactions = reactions;
        this.limits = limits;
        this.events = events;
        matcher.giveWayTo(this);
    }

    /** Opens an auction for an order that was just accepted. @return false where it has none: it goes to the book then */
    boolean open(LiveOrder order, long durationMillis) {
        if (!takes(order) || !board.hasRoom(order.market) || !hasRoomToWait(order.account)) {
            return false;
        }
        Matcher.DryRun book = matcher.dryRun(order.request, order.account, order.market);
        AuctionPrices prices = AuctionPrices.of(order, book, events.nowMillis());
        if (prices == null) {
            return false;
        }
        Auction auction = board.open(order, prices, events.nowMillis(), durationMillis);
        lifecycle.enterAuction(order, auction);
        events.auctionOpened(auction);
        return true;
    }

    /** Fill-or-kill has to be decided at once, and a post-only order takes nothing. */
    private static boolean takes(LiveOrder order) {
        Command.PlaceOrder request = order.request;
        return !request.trigger().waits()
                && !request.peg().follows()
                && request.postOnly() == PostOnly.NO
                && request.timeInForce() != TimeInForce.FOK
                && (!request.mayRest() || order.market.book().crosses(order.side(), order.priceTicks));
    }

    private boolean hasRoomToWait(Account account) {
        return account.openOrders < limits.openOrdersPerAccount() && store.openOrders() < limits.openOrders();
    }

    void save(SnapshotWriter out) {
        board.save(out);
    }

    void load(SnapshotReader in) {
        board.load(in, store);
    }

    /** @return null when the order may be a quote for the auction */
    Refusal check(Command.PlaceOrder quote, long auctionId) {
        Auction auction = board.find(auctionId);
        if (auction == null) {
            RefusalReason reason =
                    board.hasBeen(auctionId) ? RefusalReason.AUCTION_ENDED : RefusalReason.AUCTION_NOT_FOUND;
            return new Refusal(reason, auctionId, 0);
        }
        if (auction.taker.request.marketId() != quote.marketId() || auction.side() == quote.side()) {
            return new Refusal(RefusalReason.QUOTE_NOT_FOR_AUCTION, auctionId, 0);
        }
        long worst = auction.prices.worstQuoteTicks();
        if (!auction.side().crosses(worst, quote.priceTicks())) {
            return new Refusal(RefusalReason.QUOTE_NOT_IMPROVING, quote.priceTicks(), worst);
        }
        return checkRoom(auction, store.account(quote.account()));
    }

    private Refusal checkRoom(Auction auction, Account account) {
        if (auction.size() >= Auction.QUOTES_MAX) {
            return full(RefusalReason.TOO_MANY_QUOTES, auction.size(), Auction.QUOTES_MAX);
        }
        int own = account == null ? 0 : auction.size(account);
        if (own >= Auction.QUOTES_PER_ACCOUNT_MAX) {
            return full(RefusalReason.TOO_MANY_QUOTES, own, Auction.QUOTES_PER_ACCOUNT_MAX);
        }
        if (account != null && account.openOrders >= limits.openOrdersPerAccount()) {
            return full(RefusalReason.TOO_MANY_OPEN_ORDERS, account.openOrders, limits.openOrdersPerAccount());
        }
        return store.openOrders() >= limits.openOrders()
                ? full(RefusalReason.TOO_MANY_OPEN_ORDERS, store.openOrders(), limits.openOrders())
                : null;
    }

    private static Refusal full(RefusalReason reason, int present, int limit) {
        return new Refusal(reason, present + 1L, limit);
    }

    /** Takes in a quote that passed {@link #check}; it trades at once where the price has met it. */
    void quote(LiveOrder quote, long auctionId) {
        Auction auction = board.find(auctionId);
        lifecycle.enterAuction(quote, auction);
        events.quoteEntered(auction, quote);
        meetQuotes(auction);
    }

    /** Does what is due by the clock. Each round trades, or ends an auction. */
    void reached(long nowMillis) {
        if (board.isEmpty()) {
            return;
        }
        for (Auction due = board.nextDue(nowMillis); due != null; due = board.nextDue(nowMillis)) {
            if (due.endMillis <= nowMillis) {
                end(due, AuctionOutcome.TIME_UP);
            } else {
                meetQuotes(due);
            }
            reactions.afterTrades(due.taker.market);
        }
    }

    private void meetQuotes(Auction auction) {
        CancelReason stopped = matcher.matchQuotes(auction, auction.priceTicks(events.nowMillis()));
        if (auction.taker.remainingLots == 0 || stopped != null) {
            board.close(auction);
            lifecycle.leaveAuction(auction.taker);
            close(auction, stopped == null ? AuctionOutcome.FILLED : AuctionOutcome.TAKER_ENDED, stopped);
        }
    }

    /** Who came first takes first: what an order is about to take is offered to the auctions of its side before. */
    @Override
    public void goFirst(LiveOrder taker) {
        goFirst(taker, Long.MAX_VALUE);
    }

    private void goFirst(LiveOrder taker, long beforeAuctionId) {
        if (!board.isEmpty()) {
            goFirst(taker.market, taker.side(), taker.priceTicks, beforeAuctionId);
        }
    }

    /** Ends the auctions of a side where an order of that side and price would take from the book. @return whether there was one */
    boolean goFirst(Market market, Side side, long priceTicks) {
        return !board.isEmpty() && goFirst(market, side, priceTicks, Long.MAX_VALUE);
    }

    private boolean goFirst(Market market, Side side, long priceTicks, long beforeAuctionId) {
        boolean ended = false;
        for (Auction auction : board.before(beforeAuctionId, market, side)) {
            if (board.find(auction.auctionId) == auction && market.book().crosses(side, priceTicks)) {
                end(auction, AuctionOutcome.OVERTAKEN);
                ended = true;
            }
        }
        return ended;
    }

    /** Quotes and book fill the taker, and it goes on as it says. */
    private void end(Auction auction, AuctionOutcome outcome) {
        goFirst(auction.taker, auction.auctionId);
        board.close(auction);
        lifecycle.leaveAuction(auction.taker);
        if (events.nowMillis() > auction.endMillis + LATE_MILLIS_MAX) {
            lifecycle.cancelQuotes(auction);
        }
        close(auction, outcome, matcher.match(auction.taker, auction));
    }

    private void close(Auction auction, AuctionOutcome outcome, CancelReason stopped) {
        events.auctionEnded(auction, outcome);
        matcher.finish(auction.taker, stopped);
        lifecycle.cancelQuotes(auction);
    }

    long nextMillis() {
        return board.isEmpty() ? LiveIntents.NONE : board.nextMillis();
    }

    long hash() {
        return board.hash();
    }
}
