package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * What can be asked of the order engine. Every command may be repeated safely. Constructors throw
 * {@link IllegalArgumentException} for what can never be valid; what depends on the engine's state is refused by reply.
 * Arrays belong to the record: they must not be changed afterwards.
 */
public sealed interface Command {
    int CLIENT_ORDER_ID_LENGTH_MAX = 36;
    int TRADES_PER_SETTLEMENT_MAX = 16;
    int REVERT_REASON_LENGTH_MAX = 128;

    long KILL_SWITCH_MILLIS_MIN = 5_000;
    long KILL_SWITCH_MILLIS_MAX = 3_600_000;
    long SESSION_MILLIS_MAX = 60_000;

    int AUCTION_MILLIS_MIN = 50;
    int AUCTION_MILLIS_MAX = 5_000;

    /** The market id that stands for every market. */
    int ALL_MARKETS = 0;

    /** The reservation id of an order that holds no margin reservation. */
    UUID NO_RESERVATION = new UUID(0, 0);

    /**
     * Places an order. Repeated with the same account, client order id and content it is a
     * {@link Reply.Duplicate}; reservation, signature and trace are not part of the content.
     *
     * @param account whose order it is; one whose owner an earlier order named otherwise is refused
     * @param owner the wallet that the account belongs to: the account itself, unless it is a sub-account
     * @param clientOrderId 1 to 36 printable ASCII characters, chosen by the account
     * @param priceTicks the limit; for a market order the protection price of the intent
     * @param quantityLots whole lots
     * @param expireMillis when a good-till-time order ends, Unix milliseconds; 0 for all others
     * @param trigger what it waits for, or {@link Trigger#NONE}
     * @param peg the price it follows, never beyond {@code priceTicks}, or {@link Peg#NONE}
     * @param reservationId the margin reservation this order will use, or {@link #NO_RESERVATION}; never one that an
     *     earlier order used
     */
    record PlaceOrder(
            PublicKey account,
            PublicKey owner,
            String clientOrderId,
            int marketId,
            Side side,
            OrderType type,
            TimeInForce timeInForce,
            PostOnly postOnly,
            boolean reduceOnly,
            SelfTradePrevention selfTrade,
            long priceTicks,
            long quantityLots,
            long expireMillis,
            Trigger trigger,
            Peg peg,
            SignedIntent intent,
            UUID reservationId,
            TraceParent trace)
            implements Command {
        public PlaceOrder {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(owner, "owner");
            Arguments.ascii("clientOrderId", clientOrderId, 1, CLIENT_ORDER_ID_LENGTH_MAX);
            Objects.requireNonNull(side, "side");
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(timeInForce, "timeInForce");
            Objects.requireNonNull(postOnly, "postOnly");
            Objects.requireNonNull(selfTrade, "selfTrade");
            Arguments.range("expireMillis", expireMillis, 0, Long.MAX_VALUE);
            if ((timeInForce == TimeInForce.GTT) != (expireMillis > 0)) {
                throw new IllegalArgumentException("a good-till-time order has a time, and no other has");
            }
            Objects.requireNonNull(trigger, "trigger");
            Objects.requireNonNull(peg, "peg");
            Objects.requireNonNull(intent, "intent");
            Objects.requireNonNull(reservationId, "reservationId");
            Objects.requireNonNull(trace, "trace");
        }

        /** Of an account that is no sub-account. */
        public PlaceOrder(
                PublicKey account,
                String clientOrderId,
                int marketId,
                Side side,
                OrderType type,
                TimeInForce timeInForce,
                PostOnly postOnly,
                boolean reduceOnly,
                SelfTradePrevention selfTrade,
                long priceTicks,
                long quantityLots,
                long expireMillis,
                Trigger trigger,
                Peg peg,
                SignedIntent intent,
                UUID reservationId,
                TraceParent trace) {
            this(
                    account,
                    account,
                    clientOrderId,
                    marketId,
                    side,
                    type,
                    timeInForce,
                    postOnly,
                    reduceOnly,
                    selfTrade,
                    priceTicks,
                    quantityLots,
                    expireMillis,
                    trigger,
                    peg,
                    intent,
                    reservationId,
                    trace);
        }

        /** Whether what is left after matching may wait in the book. */
        public boolean mayRest() {
            return timeInForce == TimeInForce.GTC || timeInForce == TimeInForce.GTT;
        }

        /** The same order with other terms. */
        PlaceOrder amended(
                long newPriceTicks,
                long newQuantityLots,
                Trigger newTrigger,
                SignedIntent newIntent,
                UUID newReservation) {
            return new PlaceOrder(
                    account,
                    owner,
                    clientOrderId,
                    marketId,
                    side,
                    type,
                    timeInForce,
                    postOnly,
                    reduceOnly,
                    selfTrade,
                    newPriceTicks,
                    newQuantityLots,
                    expireMillis,
                    newTrigger,
                    peg,
                    newIntent,
                    newReservation,
                    trace);
        }

        boolean sameContent(PlaceOrder other) {
            return marketId == other.marketId
                    && side == other.side
                    && type == other.type
                    && timeInForce == other.timeInForce
                    && postOnly == other.postOnly
                    && reduceOnly == other.reduceOnly
                    && selfTrade == other.selfTrade
                    && expireMillis == other.expireMillis
                    && priceTicks == other.priceTicks
                    && quantityLots == other.quantityLots
                    && trigger.equals(other.trigger)
                    && peg.equals(other.peg)
                    && intent.sameContent(other.intent);
        }
    }

    /**
     * Changes an open limit order, or one that waits for its trigger. It keeps its place in line only where nothing but its
     * quantity becomes smaller. Repeated with the same reservation it does nothing.
     *
     * @param orderId the order's, or 0 where {@code clientOrderId} names it
     * @param priceTicks new limit; 0 leaves it
     * @param quantityLots new quantity, with what has traded; 0 leaves it
     * @param triggerValue new value of its trigger; 0 leaves it
     * @param intent a new intent for what is to trade from now on; without one the order stays within the one it has
     * @param reservationId names this amendment, and the margin reserved for it, which replaces the order's; of its own
     */
    record AmendOrder(
            PublicKey account,
            long orderId,
            String clientOrderId,
            long priceTicks,
            long quantityLots,
            long triggerValue,
            Optional<SignedIntent> intent,
            UUID reservationId,
            TraceParent trace)
            implements Command {
        public AmendOrder {
            Objects.requireNonNull(account, "account");
            Arguments.range("orderId", orderId, 0, Long.MAX_VALUE);
            Arguments.ascii("clientOrderId", clientOrderId, orderId == 0 ? 1 : 0, CLIENT_ORDER_ID_LENGTH_MAX);
            Arguments.range("priceTicks", priceTicks, 0, Long.MAX_VALUE);
            Arguments.range("quantityLots", quantityLots, 0, Long.MAX_VALUE);
            Arguments.range("triggerValue", triggerValue, 0, Long.MAX_VALUE);
            Objects.requireNonNull(intent, "intent");
            if (reservationId.equals(NO_RESERVATION)) {
                throw new IllegalArgumentException("an amendment has an id");
            }
            Objects.requireNonNull(trace, "trace");
        }
    }

    /**
     * Tells the prices of a market that orders wait for or follow. Prices older than those the engine has change nothing, so
     * that a repeat that comes late fires no trigger.
     *
     * @param markTicks 0 where it is not known
     * @param indexTicks 0 where it is not known
     * @param priceMillis when they were taken, Unix milliseconds by the clock of their source
     */
    record SetPrices(int marketId, long markTicks, long indexTicks, long priceMillis) implements Command {
        public SetPrices {
            Arguments.range("markTicks", markTicks, 0, Long.MAX_VALUE);
            Arguments.range("indexTicks", indexTicks, 0, Long.MAX_VALUE);
            Arguments.range("priceMillis", priceMillis, 0, Long.MAX_VALUE);
        }
    }

    /** Cancels an order of the account, named by {@code orderId}, or when that is 0 by {@code clientOrderId}. */
    record CancelOrder(PublicKey account, long orderId, String clientOrderId, TraceParent trace) implements Command {
        public CancelOrder {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(trace, "trace");
            Arguments.range("orderId", orderId, 0, Long.MAX_VALUE);
            Arguments.ascii("clientOrderId", clientOrderId, orderId == 0 ? 1 : 0, CLIENT_ORDER_ID_LENGTH_MAX);
        }
    }

    /**
     * Places an order that child orders are made of: a TWAP or an iceberg. Repeated as {@link PlaceOrder} is; the seed is not part of
     * the content.
     *
     * @param order what is ordered as a whole, within its intent: a limit order, immediate-or-cancel for a TWAP, resting for an iceberg
     */
    record PlaceAlgo(PlaceOrder order, AlgoTerms terms) implements Command {
        public PlaceAlgo {
            Arguments.range(
                    "length of clientOrderId", order.clientOrderId().length(), 1, AlgoTerms.CLIENT_ORDER_ID_LENGTH_MAX);
            Arguments.range("quantityLots", order.quantityLots(), 1, MarketRules.LOTS_MAX);
            boolean twap = terms instanceof AlgoTerms.Twap;
            boolean fits = twap
                    ? order.timeInForce() == TimeInForce.IOC && order.postOnly() == PostOnly.NO
                    : order.mayRest() && order.postOnly() != PostOnly.SLIDE;
            if (!fits
                    || order.type() != OrderType.LIMIT
                    || order.trigger().waits()
                    || order.peg().follows()) {
                throw new IllegalArgumentException("the order is none that an algo can work");
            }
        }

        boolean sameContent(PlaceAlgo other) {
            return order.sameContent(other.order) && terms.withoutSeed().equals(other.terms.withoutSeed());
        }

        /** The child with this number, from 1. It trades under the same intent, and holds no margin of its own. */
        PlaceOrder child(int number, long lots) {
            return new PlaceOrder(
                    order.account,
                    order.owner,
                    order.clientOrderId + "." + number,
                    order.marketId,
                    order.side,
                    order.type,
                    order.timeInForce,
                    order.postOnly,
                    order.reduceOnly,
                    order.selfTrade,
                    order.priceTicks,
                    lots,
                    order.expireMillis,
                    order.trigger,
                    order.peg,
                    order.intent,
                    NO_RESERVATION,
                    order.trace);
        }
    }

    /** Ends an algo order of the account, named by {@code orderId}, or when that is 0 by {@code clientOrderId}. */
    record CancelAlgo(PublicKey account, long orderId, String clientOrderId, TraceParent trace) implements Command {
        public CancelAlgo {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(trace, "trace");
            Arguments.range("orderId", orderId, 0, Long.MAX_VALUE);
            Arguments.ascii("clientOrderId", clientOrderId, orderId == 0 ? 1 : 0, CLIENT_ORDER_ID_LENGTH_MAX);
        }
    }

    /** Settlement is about to send a transaction that settles these trades. Written before the first send. */
    record SettlementSubmitted(byte[] signature, long lastValidBlockHeight, long[] tradeIds) implements Command {
        public SettlementSubmitted {
            checkBatch(signature, tradeIds);
            Arguments.range("lastValidBlockHeight", lastValidBlockHeight, 0, Long.MAX_VALUE);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementSubmitted that
                    && lastValidBlockHeight == that.lastValidBlockHeight
                    && sameBatch(signature, tradeIds, that.signature, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(signature);
        }
    }

    /** The chain has confirmed these trades in {@code slot}. Holds whichever transaction was submitted last. */
    record SettlementConfirmed(byte[] signature, long slot, long[] tradeIds) implements Command {
        public SettlementConfirmed {
            checkBatch(signature, tradeIds);
            Arguments.range("slot", slot, 0, Long.MAX_VALUE);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementConfirmed that
                    && slot == that.slot
                    && sameBatch(signature, tradeIds, that.signature, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(signature);
        }
    }

    /** The transaction failed or expired for good; its trades wait for another. */
    record SettlementReverted(byte[] signature, String reason, long[] tradeIds) implements Command {
        public SettlementReverted {
            checkBatch(signature, tradeIds);
            Arguments.ascii("reason", reason, 0, REVERT_REASON_LENGTH_MAX);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementReverted that
                    && reason.equals(that.reason)
                    && sameBatch(signature, tradeIds, that.signature, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(signature);
        }
    }

    /**
     * Sets the account's kill switch, or moves it: it fires after {@code timeoutMillis}, and cancels all open orders of the account
     * that are not reduce-only. A switch that has fired is no longer armed.
     *
     * @param timeoutMillis {@value #KILL_SWITCH_MILLIS_MIN} to {@value #KILL_SWITCH_MILLIS_MAX}, or 0 to disarm
     */
    record ArmKillSwitch(PublicKey account, long timeoutMillis) implements Command {
        public ArmKillSwitch {
            Objects.requireNonNull(account, "account");
            if (timeoutMillis != 0) {
                Arguments.range("timeoutMillis", timeoutMillis, KILL_SWITCH_MILLIS_MIN, KILL_SWITCH_MILLIS_MAX);
            }
        }
    }

    /** Cancels all open orders of the account in one market, or in {@link #ALL_MARKETS}. */
    record CancelAllOrders(PublicKey account, int marketId, TraceParent trace) implements Command {
        public CancelAllOrders {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(trace, "trace");
        }
    }

    /**
     * Begins a session, or keeps it alive: it ends after {@code timeoutMillis}, and with it the open orders that were placed through
     * it.
     *
     * @param timeoutMillis 1 to {@value #SESSION_MILLIS_MAX}, or 0 to end it at once
     */
    record RenewSession(PublicKey account, UUID sessionId, long timeoutMillis) implements Command {
        public RenewSession {
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(sessionId, "sessionId");
            Arguments.range("timeoutMillis", timeoutMillis, 0, SESSION_MILLIS_MAX);
        }
    }

    /** Places an order that ends with a session of its account. An order placed before keeps the session it has. */
    record PlaceInSession(PlaceOrder order, UUID sessionId) implements Command {
        public PlaceInSession {
            Objects.requireNonNull(order, "order");
            Objects.requireNonNull(sessionId, "sessionId");
        }
    }

    /**
     * Places the orders of a bracket: all of them, or none. Repeated with the same orders it is a {@link Reply.BracketPlaced} again.
     *
     * @param legs in the order that {@link BracketShape} says; each with a reservation of its own, where it has one
     * @param exitAtMillis when the time exit goes to work, Unix milliseconds; 0 where there is none, or {@code exitAfterMillis} says it
     * @param exitAfterMillis how long after the entry's first fill that is; 0 where there is none, or {@code exitAtMillis} says it
     */
    record PlaceBracket(List<BracketOrder> legs, long exitAtMillis, long exitAfterMillis) implements Command {
        public PlaceBracket {
            legs = List.copyOf(legs);
            BracketShape.problem(legs, exitAtMillis, exitAfterMillis).ifPresent(problem -> {
                throw new IllegalArgumentException("leg " + problem.leg() + ": " + problem.text());
            });
        }
    }

    /**
     * Places an order that opens an auction where it would take. Where it can have none it goes to the book at once.
     *
     * @param sessionId the session of its account that it ends with, or nothing
     * @param auctionMillis how long the auction runs, {@value #AUCTION_MILLIS_MIN} to {@value #AUCTION_MILLIS_MAX}
     */
    record PlaceInAuction(PlaceOrder order, Optional<UUID> sessionId, int auctionMillis) implements Command {
        public PlaceInAuction {
            Objects.requireNonNull(order, "order");
            Objects.requireNonNull(sessionId, "sessionId");
            Arguments.range("auctionMillis", auctionMillis, AUCTION_MILLIS_MIN, AUCTION_MILLIS_MAX);
        }
    }

    /**
     * Places an order that is a quote: it trades with the auction's taker or with nobody, and ends with the auction.
     *
     * @param order a plain immediate-or-cancel limit order
     * @param auctionId from 1
     */
    record SubmitQuote(PlaceOrder order, long auctionId) implements Command {
        public SubmitQuote {
            boolean plain = order.type() == OrderType.LIMIT
                    && order.timeInForce() == TimeInForce.IOC
                    && !order.trigger().waits()
                    && !order.peg().follows();
            if (!plain) {
                throw new IllegalArgumentException("a quote is a plain immediate-or-cancel limit order");
            }
            Arguments.range("auctionId", auctionId, 1, Long.MAX_VALUE);
        }
    }

    private static void checkBatch(byte[] signature, long[] tradeIds) {
        Arguments.length("signature", signature, SignedIntent.SIGNATURE_LENGTH);
        Arguments.range("number of trades", tradeIds.length, 1, TRADES_PER_SETTLEMENT_MAX);
    }

    private static boolean sameBatch(byte[] signature, long[] tradeIds, byte[] otherSignature, long[] otherTradeIds) {
        return Arrays.equals(signature, otherSignature) && Arrays.equals(tradeIds, otherTradeIds);
    }
}
