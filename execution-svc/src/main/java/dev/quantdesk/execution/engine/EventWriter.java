package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;

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
        sink.onEvent(new EngineEvent.OrderAccepted(++sequence, nowMillis, order.ref, order.request, order.priceTicks));
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
                taker.remainingLots));
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
