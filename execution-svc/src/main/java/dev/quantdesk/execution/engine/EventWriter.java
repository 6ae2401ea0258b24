package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.Optional;

/** Gives events their sequence and time, and hands them to the sink of the command in hand. */
final class EventWriter {
    private long sequence;
    private long nowMillis;
    private EventSink sink = event -> {};

    /** Begins a command or timer. Time never goes back, whatever the caller's clock does. */
    void begin(long timeMillis, EventSink eventSink) {
        nowMillis = Math.max(nowMillis, timeMillis);
        sink = eventSink;
    }

    void save(SnapshotWriter out) {
        out.section("events", 1).int64(sequence).int64(nowMillis);
    }

    void load(SnapshotReader in) {
        in.section("events", 1);
        sequence = in.int64();
        nowMillis = in.int64();
    }

    long sequence() {
        return sequence;
    }

    long nowMillis() {
        return nowMillis;
    }

    void accepted(LiveOrder order) {
        sink.onEvent(new EngineEvent.OrderAccepted(
                ++sequence, nowMillis, order.ref, order.request, order.priceTicks, order.bracketLeg()));
    }

    void amended(LiveOrder order, TraceParent trace) {
        sink.onEvent(new EngineEvent.OrderAmended(
                ++sequence, nowMillis, order.ref, order.request, order.priceTicks, order.remainingLots, trace));
    }

    void amendRefused(LiveOrder order, Command.AmendOrder amend, RefusalReason reason) {
        sink.onEvent(new EngineEvent.OrderRefused(
                ++sequence,
                nowMillis,
                order.request.marketId(),
                amend.account(),
                order.request.clientOrderId(),
                amend.reservationId(),
                amend.trace(),
                reason));
    }

    /** A waiting order's trigger has fired, or never will. */
    void triggerDecided(LiveOrder order, boolean fired) {
        Trigger trigger = order.request.trigger();
        sink.onEvent(new EngineEvent.TriggerDecided(
                ++sequence,
                nowMillis,
                order.request.marketId(),
                order.ref,
                fired,
                trigger.source(),
                order.market.watch().ticks(trigger.source()),
                order.triggerTicks,
                order.extremeTicks));
    }

    void repriced(LiveOrder order, long referenceTicks) {
        sink.onEvent(new EngineEvent.OrderRepriced(
                ++sequence, nowMillis, order.request.marketId(), order.ref, order.priceTicks, referenceTicks));
    }

    /** A leg of a bracket may trade another quantity, or goes to work. */
    void sized(LiveOrder order, boolean activated) {
        boolean timed = order.bracket.role(order.leg) == LegRole.TIME_EXIT;
        sink.onEvent(new EngineEvent.OrderSized(
                ++sequence,
                nowMillis,
                order.request.marketId(),
                order.ref,
                activated,
                order.remainingLots,
                timed ? order.bracket.exitMillis : 0));
    }

    void traded(long tradeId, LiveOrder maker, LiveOrder taker, long lots) {
        sink.onEvent(new EngineEvent.Trade(
                ++sequence,
                nowMillis,
                maker.market.rules().marketId(),
                tradeId,
                taker.side(),
                maker.priceTicks,
                lots,
                maker.ref,
                maker.remainingLots,
                taker.ref,
                taker.remainingLots,
                maker.parentLots(),
                taker.parentLots()));
    }

    void algoAccepted(LiveAlgo algo) {
        sink.onEvent(new EngineEvent.AlgoAccepted(
                ++sequence, nowMillis, algo.ref, algo.placed.order(), algo.placed.terms(), algo.nextSliceMillis()));
    }

    /** @param childOrderId 0 where a slice was passed over */
    void algoSliced(LiveAlgo algo, long childOrderId) {
        sink.onEvent(new EngineEvent.AlgoSliced(
                ++sequence,
                nowMillis,
                algo.market.rules().marketId(),
                algo.ref,
                childOrderId,
                algo.children,
                algo.nextSliceMillis()));
    }

    void algoEnded(LiveAlgo algo, Optional<CancelReason> reason) {
        sink.onEvent(new EngineEvent.AlgoEnded(
                ++sequence,
                nowMillis,
                algo.market.rules().marketId(),
                algo.ref,
                reason,
                algo.unfilledLots(),
                algo.filledLots));
    }

    void cancelled(LiveOrder order, CancelReason reason, long cancelledLots) {
        sink.onEvent(new EngineEvent.OrderCancelled(
                ++sequence, nowMillis, order.request.marketId(), order.ref, reason, cancelledLots, order.filledLots));
    }

    void refused(Command.PlaceOrder order, RefusalReason reason) {
        sink.onEvent(new EngineEvent.OrderRefused(
                ++sequence,
                nowMillis,
                order.marketId(),
                order.account(),
                order.clientOrderId(),
                order.reservationId(),
                order.trace(),
                reason));
    }

    void auctionOpened(Auction auction) {
        sink.onEvent(new EngineEvent.AuctionOpened(
                ++sequence,
                nowMillis,
                auction.taker.request.marketId(),
                auction.auctionId,
                auction.taker.ref,
                auction.side(),
                auction.taker.remainingLots,
                auction.prices.arrivalTicks(),
                auction.prices.arrivalIsMark(),
                auction.prices.startTicks(),
                auction.prices.endTicks(),
                auction.prices.worstQuoteTicks(),
                auction.endMillis));
    }

    void quoteEntered(Auction auction, LiveOrder quote) {
        sink.onEvent(new EngineEvent.QuoteEntered(
                ++sequence, nowMillis, quote.request.marketId(), auction.auctionId, quote.ref));
    }

    void auctionEnded(Auction auction, AuctionOutcome outcome) {
        LiveOrder taker = auction.taker;
        sink.onEvent(new EngineEvent.AuctionEnded(
                ++sequence,
                nowMillis,
                taker.request.marketId(),
                auction.auctionId,
                taker.ref,
                outcome,
                auction.quotedLots,
                auction.quotedNotional,
                taker.filledLots - auction.quotedLots,
                taker.filledNotional - auction.quotedNotional));
    }

    void settled(LiveOrder order) {
        sink.onEvent(new EngineEvent.OrderSettled(
                ++sequence, nowMillis, order.request.marketId(), order.ref, order.lastSignature, order.lastSlot));
    }

    void submitted(Command.SettlementSubmitted command, long[] tradeIds) {
        sink.onEvent(new EngineEvent.SettlementSubmitted(
                ++sequence, nowMillis, command.signature(), command.lastValidBlockHeight(), tradeIds));
    }

    void confirmed(Command.SettlementConfirmed command, long[] tradeIds) {
        sink.onEvent(new EngineEvent.SettlementConfirmed(
                ++sequence, nowMillis, command.signature(), command.slot(), tradeIds));
    }

    void reverted(Command.SettlementReverted command, long[] tradeIds) {
        sink.onEvent(new EngineEvent.SettlementReverted(
                ++sequence, nowMillis, command.signature(), command.reason(), tradeIds));
    }
}
