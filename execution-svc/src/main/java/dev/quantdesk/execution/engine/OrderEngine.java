package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.OrderBook;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import java.util.UUID;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The order engine: a state machine that gives the same replies and events whenever it is given the same commands,
 * times and timers, with the same markets and limits. It reads no clock and does no I/O. One thread.
 */
public final class OrderEngine {
    /** Room for some hundred markets. */
    private static final int RULES_LENGTH_MAX = 1 << 16;

    /** 2: what an order was placed with is written once. */
    private static final int SNAPSHOT_VERSION = 2;

    /** {@link #nextExpiryMillis()} when nothing will expire. */
    public static final long NO_EXPIRY = LiveIntents.NONE;

    private final EngineLimits limits;
    private final List<Market> markets;
    private final Int2ObjectHashMap<Market> marketsById = new Int2ObjectHashMap<>();
    private final EventWriter events = new EventWriter();
    private final LiveIntents intents = new LiveIntents();
    private final Deadlines deadlines = new Deadlines();
    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final SettlementLedger settlement;
    private final Matcher matcher;
    private final PlacementChecks checks;
    private final PriceReactions reactions;
    private final Amendments amendments;
    private final Auctions auctions;
    private final FillOrKill fillOrKill;
    private final RefusalMemory refusals;
    private final AccountTimers timers;
    private final Brackets brackets;
    private final BracketPlacement bracketPlacement;
    private final AlgoOrders algos;
    private final AlgoPlacement algoPlacement;

    /** @throws IllegalArgumentException when two markets have the same id */
    public OrderEngine(List<MarketRules> rules, EngineLimits limits) {
        this.limits = limits;
        markets = rules.stream()
                .map(rule ->
                        new Market(rule, new OrderBook(limits.ordersPerBook()), new PriceWatch(rule.maxPriceTicks())))
                .toList();
        for (Market market : markets) {
            if (marketsById.put(market.rules().marketId(), market) != null) {
                throw new IllegalArgumentException(
                        "two markets have the id " + market.rules().marketId());
            }
        }
        store = new OrderStore(limits);
        AuctionBoard board = new AuctionBoard();
        lifecycle = new OrderLifecycle(store, board, events);
        settlement = new SettlementLedger(lifecycle, events);
        brackets = new Brackets(store, lifecycle, events);
        matcher = new Matcher(store, lifecycle, settlement, events, brackets);
        checks = new PlacementChecks(limits, store, intents, settlement, matcher);
        reactions = new PriceReactions(lifecycle, matcher, events, brackets);
        amendments = new Amendments(lifecycle, matcher, checks, intents, limits, events);
        auctions = new Auctions(board, store, lifecycle, matcher, reactions, limits, events);
        fillOrKill = new FillOrKill(auctions, reactions);
        refusals = new RefusalMemory(limits.refusals());
        bracketPlacement = new BracketPlacement(
                store, lifecycle, intents, deadlines, checks, fillOrKill, limits, brackets, refusals, events);
        AlgoStore algoStore = new AlgoStore();
        algos = new AlgoOrders(algoStore, store, lifecycle, matcher, checks, reactions, events);
        lifecycle.tell(algos);
        algoPlacement = new AlgoPlacement(
                marketsById::get, store, algoStore, algos, checks, intents, deadlines, refusals, events);
        timers = new AccountTimers(store, lifecycle, algos, events, limits.accounts());
    }

    /**
     * Carries out one command. What has expired by {@code nowMillis} is cancelled first, so that no trade is made on
     * a dead intent.
     *
     * @param nowMillis Unix milliseconds; a time before that of an earlier call counts as the earlier one
     * @param sink takes the events, during this call
     */
    public Reply apply(Command command, long nowMillis, EventSink sink) {
        begin(nowMillis, sink);
        return switch (command) {
            case Command.PlaceOrder place -> place(place, null, AuctionTerms.NONE);
            case Command.AmendOrder amend -> amend(amend);
            case Command.CancelOrder cancel -> cancel(cancel);
            case Command.SetPrices prices -> setPrices(prices);
            case Command.SettlementSubmitted submitted -> settlement.submitted(submitted);
            case Command.SettlementConfirmed confirmed -> settlement.confirmed(confirmed);
            case Command.SettlementReverted reverted -> settlement.reverted(reverted);
            case Command.ArmKillSwitch arm -> timers.arm(arm);
            case Command.CancelAllOrders all -> timers.cancelAll(all);
            case Command.RenewSession renew -> timers.renew(renew);
            case Command.PlaceInSession in ->
                place(in.order(), new SessionKey(in.order().account(), in.sessionId()), AuctionTerms.NONE);
            case Command.PlaceBracket bracket ->
                bracketPlacement.place(
                        bracket,
                        marketsById.get(bracket.legs().getFirst().order().marketId()),
                        matcher,
                        reactions);
            case Command.PlaceAlgo place -> algoPlacement.place(place);
            case Command.CancelAlgo cancel -> algos.cancel(cancel);
            case Command.PlaceInAuction in ->
                place(
                        in.order(),
                        in.sessionId()
                                .map(id -> new SessionKey(in.order().account(), id))
                                .orElse(null),
                        AuctionTerms.opens(in.auctionMillis()));
            case Command.SubmitQuote quote -> place(quote.order(), null, AuctionTerms.quotes(quote.auctionId()));
        };
    }

    /**
     * Does what is due by the clock: orders, intents, kill switches, sessions and auctions come to their end, brackets and algo orders go
     * on. To be called at {@link #nextExpiryMillis()}; later does no harm.
     */
    public void onTimer(long nowMillis, EventSink sink) {
        begin(nowMillis, sink);
    }

    /** When the next of those is due, Unix milliseconds, or {@link #NO_EXPIRY}. */
    public long nextExpiryMillis() {
        long ofOrders = Math.min(deadlines.nextMillis(), intents.nextExpiryMillis());
        long ofAccounts = Math.min(timers.nextMillis(), auctions.nextMillis());
        return Math.min(Math.min(ofOrders, ofAccounts), Math.min(brackets.nextMillis(), algos.nextMillis()));
    }

    /** The last event's sequence, 0 before the first. */
    public long sequence() {
        return events.sequence();
    }

    /** The best {@code maxLevels} prices of one side, best first; empty for an unknown market. */
    public List<DepthLevel> depth(int marketId, Side side, int maxLevels) {
        Market market = marketsById.get(marketId);
        return market == null ? List.of() : market.book().depth(side, maxLevels);
    }

    /** What the account's trades in the market add up to: lots, negative when short. */
    public long positionLots(PublicKey account, int marketId) {
        Account known = store.account(account);
        return known == null ? 0 : known.positionLots(marketId);
    }

    /** A digest of the whole state, to compare replays. Visits everything: not for the hot path. */
    public long stateHash() {
        StateHash hash = new StateHash().add(events.sequence()).add(events.nowMillis());
        markets.forEach(market -> hash.add(StateHash.of(market)));
        hash.add(StateHash.of(store))
                .add(StateHash.of(settlement))
                .add(intents.hash())
                .add(deadlines.hash())
                .add(timers.hash())
                .add(auctions.hash())
                .add(brackets.hash())
                .add(algos.hash());
        refusals.hash(hash);
        return hash.value();
    }

    /** Writes the whole state. */
    public void save(SnapshotWriter out) {
        out.section("engine", SNAPSHOT_VERSION).text(rules());
        SavedOrders orders = new SavedOrders(store::account, marketsById::get);
        store.save(out, orders);
        algos.save(out, orders);
        auctions.save(out);
        brackets.save(out);
        markets.forEach(market -> market.save(out));
        settlement.save(out);
        intents.save(out);
        deadlines.save(out);
        timers.save(out);
        refusals.save(out);
        events.save(out);
        out.int64(stateHash());
    }

    /**
     * Takes over a state that was written; of a new engine with the same markets and limits.
     *
     * @throws SnapshotException when it can't be read or is not this engine's: this engine must not be used then
     */
    public void load(SnapshotReader in) {
        in.section("engine", SNAPSHOT_VERSION);
        String found = in.text(RULES_LENGTH_MAX);
        if (!found.equals(rules())) {
            throw new SnapshotException("the snapshot is of an engine with other markets or limits: " + found);
        }
        try {
            SavedOrders orders = new SavedOrders(store::account, marketsById::get);
            store.load(in, orders);
            algos.load(in, orders);
            auctions.load(in);
            brackets.load(in);
            markets.forEach(market -> market.load(in, store));
            settlement.load(in, store);
            intents.load(in);
            deadlines.load(in);
            timers.load(in);
            refusals.load(in);
            events.load(in);
        } catch (SnapshotException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SnapshotException("what the snapshot holds contradicts itself: " + e.getMessage(), e);
        }
        long expected = in.int64();
        if (stateHash() != expected) {
            throw new SnapshotException("what was read from the snapshot is another state than was written");
        }
    }

    private String rules() {
        StringBuilder text = new StringBuilder(limits.toString());
        markets.forEach(market -> text.append('\n').append(market.rules()));
        return text.toString();
    }

    private void begin(long nowMillis, EventSink sink) {
        events.begin(nowMillis, sink);
        deadlines.reached(events.nowMillis(), orderId -> cancelOpen(orderId, CancelReason.TIME_REACHED));
        intents.expire(events.nowMillis(), this::intentExpired);
        timers.reached(events.nowMillis());
        auctions.reached(events.nowMillis());
        // Last, for they trade: nothing that has ended by now may be traded with.
        brackets.reached(events.nowMillis(), matcher, reactions);
        algos.reached(events.nowMillis());
    }

    /** An order that was amended has a later intent, which may live on. */
    private void intentExpired(long orderId) {
        LiveOrder order = store.order(orderId);
        if (order == null || order.request.intent().expiryMillis() <= events.nowMillis()) {
            cancelOpen(orderId, CancelReason.INTENT_EXPIRED);
        }
    }

    private void cancelOpen(long orderId, CancelReason reason) {
        LiveOrder order = store.order(orderId);
        if (order == null) {
            algos.end(orderId, reason);
        } else if (order.status.isOpen()) {
            lifecycle.cancelOpen(order, reason);
        }
    }

    private Reply setPrices(Command.SetPrices prices) {
        Market market = marketsById.get(prices.marketId());
        return market == null
                ? new Reply.Refused(RefusalReason.UNKNOWN_MARKET, prices.marketId(), 0, events.sequence())
                : new Reply.Recorded(reactions.onPrices(market, prices), events.sequence());
    }

    private Reply amend(Command.AmendOrder amend) {
        LiveOrder order = find(amend.account(), amend.orderId(), amend.clientOrderId());
        if (order == null) {
            return new Reply.Refused(RefusalReason.ORDER_NOT_FOUND, amend.orderId(), 0, events.sequence());
        }
        if (Amendments.isRepeat(order, amend)) {
            return new Reply.Amended(order.state(events.sequence()));
        }
        Reply.Refused known = refusals.find(amend.reservationId());
        if (known != null) {
            return new Reply.Refused(known.reason(), known.value(), known.bound(), events.sequence());
        }
        PlacementChecks.Refusal refusal = amendments.check(order, amend, events.nowMillis());
        if (refusal != null) {
            events.amendRefused(order, amend, refusal.reason());
            return remember(amend.reservationId(), refusal);
        }
        amendments.make(order, amend);
        reactions.afterTrades(order.market);
        return new Reply.Amended(order.state(events.sequence()));
    }

    /** @param session that the order is to end with, or null */
    private Reply place(Command.PlaceOrder command, SessionKey session, AuctionTerms terms) {
        Account account = store.account(command.account());
        LiveOrder earlier = account == null ? null : account.ordersByClientId.get(command.clientOrderId());
        if (earlier != null && earlier.placed.sameContent(command)) {
            return duplicate(earlier, command);
        }
        Reply.Refused known = refusals.find(command.reservationId());
        if (known != null) {
            return new Reply.Refused(known.reason(), known.value(), known.bound(), events.sequence());
        }
        Market market = marketsById.get(command.marketId());
        PlacementChecks.Refusal refusal = session != null && !timers.isLive(session)
                ? new PlacementChecks.Refusal(RefusalReason.SESSION_ENDED, 0, 0)
                : fillOrKill.check(command, market, () -> check(command, earlier, terms));
        if (refusal != null) {
            return refuse(command, refusal);
        }
        LiveOrder order = store.create(command, PlacementChecks.workingPrice(command, market), market);
        order.session = session;
        intents.add(command.intent(), order.orderId());
        if (command.expireMillis() > 0) {
            deadlines.add(command.expireMillis(), order.orderId());
        }
        events.accepted(order);
        if (command.trigger().waits()) {
            lifecycle.await(order);
        } else if (terms.isQuote()) {
            auctions.quote(order, terms.quotesAuctionId());
            reactions.afterTrades(market);
        } else if (terms.openMillis() == 0 || !auctions.open(order, terms.openMillis())) {
            matcher.execute(order);
            reactions.afterTrades(market);
        }
        return new Reply.Accepted(order.state(events.sequence()));
    }

    /** The repeat may have taken a reservation of its own, which no order will ever use. */
    private Reply duplicate(LiveOrder earlier, Command.PlaceOrder repeat) {
        boolean ownReservation = !repeat.reservationId().equals(earlier.placed.reservationId())
                && !repeat.reservationId().equals(Command.NO_RESERVATION);
        if (ownReservation) {
            events.refused(repeat, RefusalReason.DUPLICATE);
        }
        return new Reply.Duplicate(earlier.state(events.sequence()));
    }

    private PlacementChecks.Refusal check(Command.PlaceOrder command, LiveOrder earlier, AuctionTerms terms) {
        if (earlier != null) {
            return new PlacementChecks.Refusal(RefusalReason.CLIENT_ORDER_ID_REUSED, earlier.orderId(), 0);
        }
        Market market = marketsById.get(command.marketId());
        if (market == null) {
            return new PlacementChecks.Refusal(RefusalReason.UNKNOWN_MARKET, command.marketId(), 0);
        }
        PlacementChecks.Refusal refusal = checks.check(command, market, events.nowMillis());
        return refusal == null && terms.isQuote() ? auctions.check(command, terms.quotesAuctionId()) : refusal;
    }

    private Reply refuse(Command.PlaceOrder command, PlacementChecks.Refusal refusal) {
        events.refused(command, refusal.reason());
        return remember(command.reservationId(), refusal);
    }

    private Reply remember(UUID reservationId, PlacementChecks.Refusal refusal) {
        Reply.Refused reply = new Reply.Refused(refusal.reason(), refusal.value(), refusal.bound(), events.sequence());
        refusals.add(reservationId, reply);
        return reply;
    }

    private Reply cancel(Command.CancelOrder command) {
        LiveOrder order = find(command.account(), command.orderId(), command.clientOrderId());
        if (order == null) {
            return new Reply.Refused(RefusalReason.ORDER_NOT_FOUND, command.orderId(), 0, events.sequence());
        }
        if (order.status.isOpen()) {
            lifecycle.cancelOpen(order, CancelReason.USER_REQUEST);
        } else if (order.filledLots == order.request.quantityLots()) {
            return new Reply.Refused(RefusalReason.ORDER_FILLED, order.orderId(), order.filledLots, events.sequence());
        }
        return new Reply.Cancelled(order.state(events.sequence()));
    }

    private LiveOrder find(PublicKey key, long orderId, String clientOrderId) {
        Account account = store.account(key);
        return account == null ? null : store.find(account, orderId, clientOrderId);
    }
}
