package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * What happened, in order: the only truth that projections are built from. Sequences start at 1 and have no gaps; the
 * same log always gives the same events. Arrays belong to the record: they must not be changed.
 */
public sealed interface EngineEvent {
    /** {@link #marketId()} of an event that concerns no single market. */
    int NO_MARKET = 0;

    long sequence();

    /** The engine's time, Unix milliseconds; never goes back. */
    long timeMillis();

    /** The market, or {@link #NO_MARKET} for settlement batches, which may span markets. */
    int marketId();

    /**
     * An order was placed.
     *
     * @param order the whole command, with intent, reservation and trace
     * @param priceTicks the price it works at: that of the command, unless it slid
     * @param leg its place in its bracket, or {@link BracketLeg#NONE}
     */
    record OrderAccepted(
            long sequence, long timeMillis, OrderRef ref, Command.PlaceOrder order, long priceTicks, BracketLeg leg)
            implements EngineEvent {
        /** An order of no bracket. */
        public OrderAccepted(long sequence, long timeMillis, OrderRef ref, Command.PlaceOrder order, long priceTicks) {
            this(sequence, timeMillis, ref, order, priceTicks, BracketLeg.NONE);
        }

        @Override
        public int marketId() {
            return order.marketId();
        }
    }

    /**
     * Two orders traded at the maker's price.
     *
     * @param tradeId assigned by the engine, from 1 without gaps
     * @param makerRemainingLots what the maker has left in the book after this trade
     * @param takerRemainingLots what the taker has left to trade, rest or cancel after this trade
     * @param makerParentLots what the maker's algo order has left after this trade, 0 for one that is nobody's child
     * @param takerParentLots the same of the taker
     */
    record Trade(
            long sequence,
            long timeMillis,
            int marketId,
            long tradeId,
            Side takerSide,
            long priceTicks,
            long lots,
            OrderRef maker,
            long makerRemainingLots,
            OrderRef taker,
            long takerRemainingLots,
            long makerParentLots,
            long takerParentLots)
            implements EngineEvent {
        /** Of two orders that are nobody's children. */
        public Trade(
                long sequence,
                long timeMillis,
                int marketId,
                long tradeId,
                Side takerSide,
                long priceTicks,
                long lots,
                OrderRef maker,
                long makerRemainingLots,
                OrderRef taker,
                long takerRemainingLots) {
            this(
                    sequence,
                    timeMillis,
                    marketId,
                    tradeId,
                    takerSide,
                    priceTicks,
                    lots,
                    maker,
                    makerRemainingLots,
                    taker,
                    takerRemainingLots,
                    0,
                    0);
        }
    }

    /**
     * An algo order was accepted. Its children follow, each with an {@link OrderAccepted} of its own.
     *
     * @param order what is ordered as a whole, with intent, reservation and trace
     * @param nextSliceMillis when its first slice is due, 0 for an iceberg
     */
    record AlgoAccepted(
            long sequence,
            long timeMillis,
            OrderRef ref,
            Command.PlaceOrder order,
            AlgoTerms terms,
            long nextSliceMillis)
            implements EngineEvent {
        @Override
        public int marketId() {
            return order.marketId();
        }
    }

    /**
     * An algo order placed a child, or passed a slice over.
     *
     * @param childOrderId the child, accepted just before; 0 for a slice that was passed over because settlement is behind
     * @param children placed so far
     * @param nextSliceMillis when the next slice is due, 0 for none
     */
    record AlgoSliced(
            long sequence,
            long timeMillis,
            int marketId,
            OrderRef ref,
            long childOrderId,
            int children,
            long nextSliceMillis)
            implements EngineEvent {}

    /** An algo order has come to its end. @param reason why what was left was cancelled; empty where it is filled whole */
    record AlgoEnded(
            long sequence,
            long timeMillis,
            int marketId,
            OrderRef ref,
            Optional<CancelReason> reason,
            long cancelledLots,
            long filledLots)
            implements EngineEvent {}

    /**
     * An order has other terms.
     *
     * @param ref with the reservation that replaces the one before
     * @param order the command as it would be if it were placed now
     * @param priceTicks the price it works at
     * @param remainingLots what is left of it, before it trades at its new price
     * @param trace the trace of the amendment
     */
    record OrderAmended(
            long sequence,
            long timeMillis,
            OrderRef ref,
            Command.PlaceOrder order,
            long priceTicks,
            long remainingLots,
            TraceParent trace)
            implements EngineEvent {
        @Override
        public int marketId() {
            return order.marketId();
        }
    }

    /**
     * The trigger of a waiting order fired, or the order ended without it; with what it was decided on.
     *
     * @param referenceTicks the watched price at that moment, 0 where none was known
     * @param triggerTicks the price it waited for
     * @param extremeTicks the best price since a trailing order was placed, 0 for others
     */
    record TriggerDecided(
            long sequence,
            long timeMillis,
            int marketId,
            OrderRef ref,
            boolean fired,
            PriceSource source,
            long referenceTicks,
            long triggerTicks,
            long extremeTicks)
            implements EngineEvent {}

    /** An order that follows a price works at another one. @param referenceTicks the price it follows */
    record OrderRepriced(
            long sequence, long timeMillis, int marketId, OrderRef ref, long priceTicks, long referenceTicks)
            implements EngineEvent {}

    /**
     * A bracket has told one of its orders how much it may trade.
     *
     * @param activated whether it goes to work with that: into the book, or to wait for its trigger
     * @param remainingLots what it may trade from now on
     * @param exitMillis of a time exit, when it goes to work, Unix milliseconds; 0 for other orders
     */
    record OrderSized(
            long sequence,
            long timeMillis,
            int marketId,
            OrderRef ref,
            boolean activated,
            long remainingLots,
            long exitMillis)
            implements EngineEvent {}

    /** What was left of an order was cancelled; {@code filledLots} had traded before. */
    record OrderCancelled(
            long sequence,
            long timeMillis,
            int marketId,
            OrderRef ref,
            CancelReason reason,
            long cancelledLots,
            long filledLots)
            implements EngineEvent {}

    /** An order was refused: its reservation is free. */
    record OrderRefused(
            long sequence,
            long timeMillis,
            int marketId,
            PublicKey account,
            String clientOrderId,
            UUID reservationId,
            TraceParent trace,
            RefusalReason reason)
            implements EngineEvent {}

    /**
     * An accepted order takes part in an auction before it meets the book.
     *
     * @param auctionId assigned by the engine, from 1 without gaps
     * @param lots what is to be had
     * @param arrivalTicks what the taker met when it came
     * @param arrivalIsMark whether that is the mark price, because nothing rested on the other side
     * @param startTicks the auction price at the time of this event
     * @param endTicks the auction price at {@code endMillis}
     * @param worstQuoteTicks the worst price of a quote
     */
    record AuctionOpened(
            long sequence,
            long timeMillis,
            int marketId,
            long auctionId,
            OrderRef taker,
            Side takerSide,
            long lots,
            long arrivalTicks,
            boolean arrivalIsMark,
            long startTicks,
            long endTicks,
            long worstQuoteTicks,
            long endMillis)
            implements EngineEvent {}

    /** An accepted order is a quote of an auction. */
    record QuoteEntered(long sequence, long timeMillis, int marketId, long auctionId, OrderRef ref)
            implements EngineEvent {}

    /**
     * An auction is over. What is left of the taker rests or is cancelled next, what is left of the quotes is cancelled.
     *
     * @param quotedLots what quotes have filled, {@code quotedNotional} the sum of their price in ticks times lots
     * @param bookLots what the book has filled
     */
    record AuctionEnded(
            long sequence,
            long timeMillis,
            int marketId,
            long auctionId,
            OrderRef taker,
            AuctionOutcome outcome,
            long quotedLots,
            long quotedNotional,
            long bookLots,
            long bookNotional)
            implements EngineEvent {}

    /** A transaction that settles these trades is about to be sent. */
    record SettlementSubmitted(
            long sequence, long timeMillis, byte[] signature, long lastValidBlockHeight, long[] tradeIds)
            implements EngineEvent {
        @Override
        public int marketId() {
            return NO_MARKET;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementSubmitted that
                    && sequence == that.sequence
                    && timeMillis == that.timeMillis
                    && lastValidBlockHeight == that.lastValidBlockHeight
                    && Arrays.equals(signature, that.signature)
                    && Arrays.equals(tradeIds, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }

    /** These trades are confirmed on chain; trades confirmed by an earlier event are not named again. */
    record SettlementConfirmed(long sequence, long timeMillis, byte[] signature, long slot, long[] tradeIds)
            implements EngineEvent {
        @Override
        public int marketId() {
            return NO_MARKET;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementConfirmed that
                    && sequence == that.sequence
                    && timeMillis == that.timeMillis
                    && slot == that.slot
                    && Arrays.equals(signature, that.signature)
                    && Arrays.equals(tradeIds, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }

    /** The transaction will never land; these trades wait for another. */
    record SettlementReverted(long sequence, long timeMillis, byte[] signature, String reason, long[] tradeIds)
            implements EngineEvent {
        @Override
        public int marketId() {
            return NO_MARKET;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SettlementReverted that
                    && sequence == that.sequence
                    && timeMillis == that.timeMillis
                    && reason.equals(that.reason)
                    && Arrays.equals(signature, that.signature)
                    && Arrays.equals(tradeIds, that.tradeIds);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }

    /** The order is closed and every one of its trades is confirmed; signature and slot are the last trade's. */
    record OrderSettled(long sequence, long timeMillis, int marketId, OrderRef ref, byte[] signature, long slot)
            implements EngineEvent {
        @Override
        public boolean equals(Object other) {
            return other instanceof OrderSettled that
                    && sequence == that.sequence
                    && timeMillis == that.timeMillis
                    && marketId == that.marketId
                    && slot == that.slot
                    && ref.equals(that.ref)
                    && Arrays.equals(signature, that.signature);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }
}
