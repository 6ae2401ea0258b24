package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.BookOrder;
import dev.quantdesk.kit.solana.PublicKey;

/** Decides whether a new order is refused. Changes nothing. */
final class PlacementChecks {
    private final EngineLimits limits;
    private final OrderStore store;
    private final LiveIntents intents;
    private final SettlementLedger settlement;
    private final Matcher matcher;

    PlacementChecks(
            EngineLimits limits, OrderStore store, LiveIntents intents, SettlementLedger settlement, Matcher matcher) {
        this.limits = limits;
        this.store = store;
        this.intents = intents;
        this.settlement = settlement;
        this.matcher = matcher;
    }

    /** Why an order is refused; {@code value} and {@code bound} as {@link RefusalReason} says. */
    record Refusal(RefusalReason reason, long value, long bound) {}

    /** @return null when the order may be placed */
    Refusal check(Command.PlaceOrder order, Market market, long nowMillis) {
        Account account = store.account(order.account());
        Refusal refusal = checkOwner(order, account);
        refusal = refusal != null ? refusal : checkTerms(order, market.rules());
        refusal = refusal != null ? refusal : checkPrices(order, market, nowMillis);
        refusal = refusal != null ? refusal : checkIntent(order.intent(), nowMillis);
        refusal = refusal != null ? refusal : checkTime(order, nowMillis);
        refusal = refusal != null ? refusal : checkCapacity(order, account);
        refusal = refusal != null ? refusal : checkRoomToRest(order, market, account);
        refusal = refusal != null ? refusal : checkPosition(order, account);
        return refusal != null ? refusal : checkBook(order, market, account);
    }

    private static Refusal checkOwner(Command.PlaceOrder order, Account account) {
        boolean another = account != null && !account.owner.equals(order.owner());
        return another ? new Refusal(RefusalReason.OWNER_MISMATCH, 0, 0) : null;
    }

    /** As {@link #check}, for an exit that waits for its bracket: what it is to reduce does not exist yet. */
    Refusal checkPending(Command.PlaceOrder order, Market market, long nowMillis) {
        Refusal refusal = checkOwner(order, store.account(order.account()));
        refusal = refusal != null ? refusal : checkTerms(order, market.rules());
        refusal = refusal != null ? refusal : checkPendingTrigger(order, market, nowMillis);
        refusal = refusal != null ? refusal : checkIntent(order.intent(), nowMillis);
        return refusal != null ? refusal : checkTime(order, nowMillis);
    }

    /** @return null when an order may come to wait for its trigger later, also where its price is there by then */
    static Refusal checkPendingTrigger(Command.PlaceOrder order, Market market, long nowMillis) {
        Trigger trigger = order.trigger();
        Refusal refusal = checkTriggerRange(order, market);
        if (refusal != null || !trigger.waits() || market.watch().isKnown(trigger.source(), nowMillis)) {
            return refusal;
        }
        // Without a price that counts a level can be waited for, unless the old one would fire the order.
        boolean needed = trigger.trails() || market.watch().isReached(trigger, order.side());
        return needed ? referenceUnknown(trigger.source()) : null;
    }

    private static Refusal checkTriggerRange(Command.PlaceOrder order, Market market) {
        Trigger trigger = order.trigger();
        long most = trigger.kind() == Trigger.Kind.TRAIL_BPS
                ? Trigger.TRAIL_BPS_MAX
                : market.rules().maxPriceTicks();
        if (trigger.value() > most) {
            return new Refusal(RefusalReason.BAD_TRIGGER, trigger.value(), most);
        }
        return firesBeyondItsPrice(order)
                ? new Refusal(RefusalReason.BAD_TRIGGER, trigger.value(), order.priceTicks())
                : null;
    }

    /** A market order does not wait for a better price: it would find nothing that it may trade with, and be gone. */
    private static boolean firesBeyondItsPrice(Command.PlaceOrder order) {
        Trigger trigger = order.trigger();
        return order.type() == OrderType.MARKET
                && trigger.waits()
                && !trigger.trails()
                && order.side().signed(trigger.value() - order.priceTicks()) > 0;
    }

    private static Refusal checkTerms(Command.PlaceOrder order, MarketRules rules) {
        Refusal refusal = checkSize(order.quantityLots(), rules);
        refusal = refusal != null ? refusal : checkPrice(order.priceTicks(), rules);
        if (refusal != null) {
            return refusal;
        }
        boolean restingMarket = order.type() == OrderType.MARKET && order.mayRest();
        boolean takingPostOnly =
                order.postOnly() != PostOnly.NO && (order.type() != OrderType.LIMIT || !order.mayRest());
        return restingMarket || takingPostOnly || waitsOtherwise(order) || followsOtherwise(order)
                ? new Refusal(RefusalReason.UNSUPPORTED_COMBINATION, 0, 0)
                : null;
    }

    static Refusal checkSize(long lots, MarketRules rules) {
        boolean fits = lots >= rules.minLots() && lots <= rules.maxLots();
        long nearest = lots < rules.minLots() ? rules.minLots() : rules.maxLots();
        return fits ? null : new Refusal(RefusalReason.BAD_QUANTITY, lots, nearest);
    }

    static Refusal checkPrice(long ticks, MarketRules rules) {
        boolean fits = ticks >= 1 && ticks <= rules.maxPriceTicks();
        return fits ? null : new Refusal(RefusalReason.BAD_PRICE, ticks, ticks < 1 ? 1 : rules.maxPriceTicks());
    }

    /** Whether an order fills whole, or rests without taking, is decided by the book, which it does not meet yet. */
    private static boolean waitsOtherwise(Command.PlaceOrder order) {
        return order.trigger().waits()
                && (order.postOnly() != PostOnly.NO
                        || order.timeInForce() == TimeInForce.FOK
                        || order.peg().follows());
    }

    /** What follows the last price would follow its own trades; what is refused when it would take can't be moved. */
    private static boolean followsOtherwise(Command.PlaceOrder order) {
        return order.peg().follows()
                && (order.type() != OrderType.LIMIT
                        || !order.mayRest()
                        || order.postOnly() == PostOnly.REFUSE
                        || order.peg().source() == PriceSource.LAST);
    }

    private static Refusal checkPrices(Command.PlaceOrder order, Market market, long nowMillis) {
        if (order.trigger().waits()) {
            return checkTrigger(order, market, nowMillis);
        }
        PriceSource source = order.peg().source();
        boolean unknown = order.peg().follows() && !market.watch().isKnown(source, nowMillis);
        return unknown ? referenceUnknown(source) : null;
    }

    /** @return null when an order may wait for its trigger */
    static Refusal checkTrigger(Command.PlaceOrder order, Market market, long nowMillis) {
        Refusal refusal = checkPendingTrigger(order, market, nowMillis);
        if (refusal != null) {
            return refusal;
        }
        Trigger trigger = order.trigger();
        long reference = market.watch().ticks(trigger.source());
        return market.watch().isReached(trigger, order.side())
                ? new Refusal(RefusalReason.TRIGGER_REACHED, trigger.value(), reference)
                : null;
    }

    private static Refusal referenceUnknown(PriceSource source) {
        return new Refusal(RefusalReason.REFERENCE_PRICE_UNKNOWN, source.ordinal(), 0);
    }

    Refusal checkIntent(SignedIntent intent, long nowMillis) {
        if (intent.expiryMillis() <= nowMillis) {
            return new Refusal(RefusalReason.INTENT_EXPIRED, nowMillis / 1000, intent.expirySeconds());
        }
        long latestMillis = nowMillis + limits.intentLifeMillis();
        if (intent.expiryMillis() > latestMillis) {
            return new Refusal(RefusalReason.INTENT_LIFE_TOO_LONG, intent.expirySeconds(), latestMillis / 1000);
        }
        return intents.isUsed(intent) ? new Refusal(RefusalReason.NONCE_REPLAYED, intent.nonce(), 0) : null;
    }

    private static Refusal checkTime(Command.PlaceOrder order, long nowMillis) {
        if (order.timeInForce() != TimeInForce.GTT) {
            return null;
        }
        long time = order.expireMillis();
        boolean possible = time > nowMillis && time <= order.intent().expiryMillis();
        return possible
                ? null
                : new Refusal(
                        RefusalReason.BAD_EXPIRE_TIME,
                        time,
                        time <= nowMillis ? nowMillis : order.intent().expiryMillis());
    }

    /** @param exitMillis when a time exit goes to work; 0 where that is not known yet. @return null when its intent lives until then */
    static Refusal checkExitTime(long exitMillis, SignedIntent intent, long nowMillis) {
        long latest = intent.expiryMillis() - 1;
        boolean possible = exitMillis == 0 || exitMillis > nowMillis && exitMillis <= latest;
        return possible
                ? null
                : new Refusal(RefusalReason.BAD_EXIT_TIME, exitMillis, exitMillis > latest ? latest : nowMillis);
    }

    private Refusal checkCapacity(Command.PlaceOrder order, Account account) {
        Refusal refusal = checkIntentRoom(order.intent().signer(), 1);
        if (refusal != null) {
            return refusal;
        }
        if (account == null && store.accounts().size() >= limits.accounts()) {
            return full(RefusalReason.TOO_MANY_ACCOUNTS, store.accounts().size(), limits.accounts());
        }
        if (settlementIsBehind()) {
            return new Refusal(RefusalReason.TOO_MANY_UNSETTLED_TRADES, settlement.size(), limits.unsettledTrades());
        }
        return null;
    }

    /** @return null when a signer may have so many live intents more */
    Refusal checkIntentRoom(PublicKey signer, int more) {
        int ofSigner = intents.size(signer) + more;
        if (ofSigner > limits.liveIntentsPerSigner()) {
            return new Refusal(RefusalReason.TOO_MANY_LIVE_INTENTS, ofSigner, limits.liveIntentsPerSigner());
        }
        int all = intents.size() + more;
        return all > limits.liveIntents()
                ? new Refusal(RefusalReason.TOO_MANY_LIVE_INTENTS, all, limits.liveIntents())
                : null;
    }

    /** Whether nothing more is to trade until trades are settled. */
    boolean settlementIsBehind() {
        return settlement.size() >= limits.unsettledTrades();
    }

    private Refusal checkRoomToRest(Command.PlaceOrder order, Market market, Account account) {
        if (!order.mayRest() && !order.trigger().waits()) {
            return null;
        }
        if (account != null && account.openOrders >= limits.openOrdersPerAccount()) {
            return full(RefusalReason.TOO_MANY_OPEN_ORDERS, account.openOrders, limits.openOrdersPerAccount());
        }
        if (store.openOrders() >= limits.openOrders()) {
            return full(RefusalReason.TOO_MANY_OPEN_ORDERS, store.openOrders(), limits.openOrders());
        }
        if (market.book().isFull()) {
            return new Refusal(RefusalReason.BOOK_FULL, market.book().size(), limits.ordersPerBook());
        }
        return null;
    }

    private Refusal checkPosition(Command.PlaceOrder order, Account account) {
        long position = account == null ? 0 : account.positionLots(order.marketId());
        long after = position + order.side().signed(order.quantityLots());
        if (order.reduceOnly()) {
            boolean reduces = order.side().signed(1) == -Long.signum(position);
            return reduces
                    ? null
                    : new Refusal(RefusalReason.REDUCE_ONLY_WOULD_INCREASE, order.quantityLots(), position);
        }
        if (Math.abs(after) > limits.positionLots() && Math.abs(after) > Math.abs(position)) {
            return new Refusal(RefusalReason.POSITION_TOO_LARGE, Math.abs(after), limits.positionLots());
        }
        return null;
    }

    private Refusal checkBook(Command.PlaceOrder order, Market market, Account account) {
        if (order.trigger().waits()) {
            return null;
        }
        if (order.postOnly() != PostOnly.NO && market.book().crosses(order.side(), workingPrice(order, market))) {
            BookOrder best = market.book().best(order.side().opposite());
            return new Refusal(RefusalReason.POST_ONLY_WOULD_CROSS, order.priceTicks(), best.priceTicks());
        }
        if (order.timeInForce() == TimeInForce.FOK) {
            long fillable = matcher.fillableLots(order, account, market);
            if (fillable < order.quantityLots()) {
                return new Refusal(RefusalReason.FOK_NOT_FILLABLE, order.quantityLots(), fillable);
            }
        }
        return null;
    }

    /** The price at which the order would work: its own or that it follows, or for one that slides the nearest that does not take. */
    static long workingPrice(Command.PlaceOrder order, Market market) {
        long price = order.peg().follows() ? market.watch().peggedTicks(order) : order.priceTicks();
        if (order.postOnly() != PostOnly.SLIDE || !market.book().crosses(order.side(), price)) {
            return price;
        }
        long best = market.book().best(order.side().opposite()).priceTicks();
        long slid = best - order.side().signed(1);
        boolean exists = slid >= 1 && slid <= market.rules().maxPriceTicks();
        return exists ? slid : price;
    }

    private static Refusal full(RefusalReason reason, int present, int limit) {
        return new Refusal(reason, present + 1L, limit);
    }
}
