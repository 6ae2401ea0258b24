package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.execution.v1.AuctionEnded;
import dev.quantdesk.proto.execution.v1.AuctionOpened;
import dev.quantdesk.proto.execution.v1.AuctionQuoted;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.MatchedOrder;
import dev.quantdesk.proto.execution.v1.OrderAccepted;
import dev.quantdesk.proto.execution.v1.OrderAmended;
import dev.quantdesk.proto.execution.v1.OrderCancelled;
import dev.quantdesk.proto.execution.v1.OrderRefused;
import dev.quantdesk.proto.execution.v1.OrderRepriced;
import dev.quantdesk.proto.execution.v1.OrderSettled;
import dev.quantdesk.proto.execution.v1.OrderSized;
import dev.quantdesk.proto.execution.v1.OrdersMatched;
import dev.quantdesk.proto.execution.v1.SettlementChanged;
import dev.quantdesk.proto.execution.v1.TriggerDecided;

/** The engine's events in the form that other services read. Pure. */
final class EventMapper {
    private EventMapper() {}

    static ExecutionEvent map(EngineEvent event, Markets markets) {
        Market market = markets.byId(event.marketId()).orElse(null);
        ExecutionEvent.Builder mapped = ExecutionEvent.newBuilder()
                .setSequence(event.sequence())
                .setEngineTime(Wire.time(event.timeMillis()))
                .setMarket(market == null ? "" : market.symbol());
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> mapped.setOrderAccepted(accepted(accepted, market));
            case EngineEvent.Trade trade -> mapped.setOrdersMatched(matched(trade, market));
            case EngineEvent.OrderCancelled cancelled ->
                mapped.setOrderCancelled(OrderCancelled.newBuilder()
                        .setOrderId(Long.toString(cancelled.ref().orderId()))
                        .setAccount(cancelled.ref().account().toString())
                        .setCancelledQuantity(market.quantity(cancelled.cancelledLots()))
                        .setReason(Wire.cancelReason(cancelled.reason()))
                        .setParentOrderId(AlgoEvents.parentId(cancelled.ref())));
            case EngineEvent.AlgoAccepted accepted ->
                mapped.setAlgoOrderAccepted(AlgoEvents.accepted(accepted, market));
            case EngineEvent.AlgoSliced sliced -> mapped.setAlgoOrderSliced(AlgoEvents.sliced(sliced));
            case EngineEvent.AlgoEnded ended -> mapped.setAlgoOrderEnded(AlgoEvents.ended(ended, market));
            case EngineEvent.OrderAmended amended ->
                mapped.setOrderAmended(OrderAmended.newBuilder()
                        .setOrderId(Long.toString(amended.ref().orderId()))
                        .setAccount(amended.ref().account().toString())
                        .setPrice(market.price(bound(amended.order(), amended.priceTicks())))
                        .setRemainingQuantity(market.quantity(amended.remainingLots()))
                        .setReservationId(amended.ref().reservationId().toString()));
            case EngineEvent.TriggerDecided decided ->
                mapped.setTriggerDecided(TriggerDecided.newBuilder()
                        .setOrderId(Long.toString(decided.ref().orderId()))
                        .setAccount(decided.ref().account().toString())
                        .setDecision(Wire.decision(decided, market)));
            case EngineEvent.OrderRepriced repriced ->
                mapped.setOrderRepriced(OrderRepriced.newBuilder()
                        .setOrderId(Long.toString(repriced.ref().orderId()))
                        .setAccount(repriced.ref().account().toString())
                        .setPrice(market.price(repriced.priceTicks())));
            case EngineEvent.OrderSized sized ->
                mapped.setOrderSized(OrderSized.newBuilder()
                        .setOrderId(Long.toString(sized.ref().orderId()))
                        .setAccount(sized.ref().account().toString())
                        .setRemainingQuantity(market.quantity(sized.remainingLots()))
                        .setActivated(sized.activated()));
            case EngineEvent.AuctionOpened opened ->
                mapped.setAuctionOpened(AuctionOpened.newBuilder()
                        .setAuctionId(Long.toString(opened.auctionId()))
                        .setOrderId(Long.toString(opened.taker().orderId()))
                        .setArrivalPrice(market.price(opened.arrivalTicks()))
                        .setArrivalSource(Wire.arrivalSource(opened)));
            case EngineEvent.QuoteEntered entered ->
                mapped.setAuctionQuoted(AuctionQuoted.newBuilder()
                        .setAuctionId(Long.toString(entered.auctionId()))
                        .setOrderId(Long.toString(entered.ref().orderId())));
            case EngineEvent.AuctionEnded ended ->
                mapped.setAuctionEnded(AuctionEnded.newBuilder()
                        .setAuctionId(Long.toString(ended.auctionId()))
                        .setOrderId(Long.toString(ended.taker().orderId()))
                        .setOutcome(Wire.outcome(ended.outcome()))
                        .setQuotedQuantity(market.quantity(ended.quotedLots()))
                        .setBookQuantity(market.quantity(ended.bookLots())));
            case EngineEvent.OrderRefused refused ->
                mapped.setOrderRefused(OrderRefused.newBuilder()
                        .setAccount(refused.account().toString())
                        .setClientOrderId(refused.clientOrderId())
                        .setReservationId(refused.reservationId().toString())
                        .setReason(Wire.reason(refused.reason()).name()));
            case EngineEvent.SettlementSubmitted sent ->
                mapped.setSettlementChanged(
                        settlement(sent.tradeIds(), FillSettlement.FILL_SETTLEMENT_SENT, sent.signature(), 0));
            case EngineEvent.SettlementConfirmed confirmed ->
                mapped.setSettlementChanged(settlement(
                        confirmed.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_CONFIRMED,
                        confirmed.signature(),
                        confirmed.slot()));
            case EngineEvent.SettlementReverted reverted ->
                mapped.setSettlementChanged(settlement(
                        reverted.tradeIds(), FillSettlement.FILL_SETTLEMENT_PENDING, reverted.signature(), 0));
            case EngineEvent.OrderSettled settled ->
                mapped.setOrderSettled(OrderSettled.newBuilder()
                        .setOrderId(Long.toString(settled.ref().orderId()))
                        .setAccount(settled.ref().account().toString())
                        .setSignature(Base58.encode(settled.signature()))
                        .setSlot(settled.slot()));
        }
        return mapped.build();
    }

    /** The price that margin is counted at: one that follows another moves within its bound. */
    private static long bound(Command.PlaceOrder order, long priceTicks) {
        return order.peg().follows() ? order.priceTicks() : priceTicks;
    }

    private static OrderAccepted accepted(EngineEvent.OrderAccepted accepted, Market market) {
        var order = accepted.order();
        return OrderAccepted.newBuilder()
                .setOrderId(Long.toString(accepted.ref().orderId()))
                .setClientOrderId(order.clientOrderId())
                .setAccount(order.account().toString())
                .setSide(Wire.side(order.side()))
                .setPrice(market.price(bound(order, accepted.priceTicks())))
                .setQuantity(market.quantity(order.quantityLots()))
                .setReduceOnly(order.reduceOnly())
                .setReservationId(order.reservationId().toString())
                .setTraceparent(Wire.traceparent(order.trace()))
                .setParentOrderId(AlgoEvents.parentId(accepted.ref()))
                .build();
    }

    private static OrdersMatched matched(EngineEvent.Trade trade, Market market) {
        return OrdersMatched.newBuilder()
                .setTradeId(Long.toString(trade.tradeId()))
                .setPrice(market.price(trade.priceTicks()))
                .setQuantity(market.quantity(trade.lots()))
                .setMaker(side(
                        trade.maker(),
                        trade.takerSide().opposite(),
                        trade.makerRemainingLots(),
                        trade.makerParentLots(),
                        market))
                .setTaker(side(
                        trade.taker(), trade.takerSide(), trade.takerRemainingLots(), trade.takerParentLots(), market))
                .build();
    }

    private static MatchedOrder side(OrderRef ref, Side side, long remainingLots, long parentLots, Market market) {
        return MatchedOrder.newBuilder()
                .setOrderId(Long.toString(ref.orderId()))
                .setAccount(ref.account().toString())
                .setSide(Wire.side(side))
                .setRemainingQuantity(market.quantity(remainingLots))
                .setTraceparent(Wire.traceparent(ref.trace()))
                .setParentOrderId(AlgoEvents.parentId(ref))
                .setParentRemainingQuantity(ref.isChild() ? market.quantity(parentLots) : "")
                .build();
    }

    private static SettlementChanged settlement(
            long[] tradeIds, FillSettlement settlement, byte[] signature, long slot) {
        SettlementChanged.Builder changed = SettlementChanged.newBuilder()
                .setSettlement(settlement)
                .setSignature(Base58.encode(signature))
                .setSlot(slot);
        for (long tradeId : tradeIds) {
            changed.addTradeIds(Long.toString(tradeId));
        }
        return changed.build();
    }
}
