package dev.quantdesk.risk.events;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrderAccepted;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import dev.quantdesk.proto.execution.v1.MatchedOrder;
import dev.quantdesk.proto.execution.v1.OrderAccepted;
import dev.quantdesk.proto.execution.v1.OrderAmended;
import dev.quantdesk.proto.execution.v1.OrderCancelled;
import dev.quantdesk.proto.execution.v1.OrderSized;
import dev.quantdesk.proto.execution.v1.OrdersMatched;
import dev.quantdesk.risk.account.EngineChange;
import dev.quantdesk.risk.account.OpenOrder;
import dev.quantdesk.risk.margin.Side;
import java.util.UUID;

/** Reads events of the order engine as changes to accounts: decimals become ticks and lots. Pure. */
final class EventReader {
    private final Markets markets;

    EventReader(Markets markets) {
        this.markets = markets;
    }

    /**
     * @throws IllegalArgumentException or ArithmeticException when the event is not one that the engine can have sent
     */
    EngineChange read(ExecutionEvent event) {
        return switch (event.getEventCase()) {
            case ORDER_ACCEPTED -> accepted(market(event), event.getOrderAccepted());
            case ALGO_ORDER_ACCEPTED -> accepted(market(event), event.getAlgoOrderAccepted());
            case ORDERS_MATCHED -> matched(market(event), event.getOrdersMatched());
            case ORDER_CANCELLED -> cancelled(event.getOrderCancelled());
            case ALGO_ORDER_ENDED ->
                new EngineChange.Closed(
                        account(event.getAlgoOrderEnded().getAccount()),
                        id(event.getAlgoOrderEnded().getOrderId()));
            case ORDER_AMENDED -> amended(market(event), event.getOrderAmended());
            case ORDER_SIZED -> sized(market(event), event.getOrderSized());
            case ORDER_REFUSED ->
                new EngineChange.Refused(
                        account(event.getOrderRefused().getAccount()),
                        reservation(event.getOrderRefused().getReservationId()));
            case ORDER_SETTLED ->
                new EngineChange.Closed(
                        account(event.getOrderSettled().getAccount()),
                        id(event.getOrderSettled().getOrderId()));
            case SETTLEMENT_CHANGED,
                    TRIGGER_DECIDED,
                    ORDER_REPRICED,
                    ALGO_ORDER_SLICED,
                    AUCTION_OPENED,
                    AUCTION_QUOTED,
                    AUCTION_ENDED -> new EngineChange.Irrelevant();
            case EVENT_NOT_SET -> throw new IllegalArgumentException("an event of a kind that is not known here");
        };
    }

    /** The margin of an algo order is its own, from its acceptance to its end: it covers its children, which trade in its place. */
    private static EngineChange accepted(Market market, AlgoOrderAccepted accepted) {
        OpenOrder order = new OpenOrder(
                id(accepted.getOrderId()),
                market,
                side(accepted.getSide()),
                positive(market.ticks(accepted.getPrice()), "price"),
                positive(market.lots(accepted.getQuantity()), "quantity"),
                accepted.getReduceOnly());
        return new EngineChange.Accepted(
                account(accepted.getAccount()), order, reservation(accepted.getReservationId()));
    }

    private static EngineChange cancelled(OrderCancelled cancelled) {
        return cancelled.getParentOrderId().isEmpty()
                ? new EngineChange.Closed(account(cancelled.getAccount()), id(cancelled.getOrderId()))
                : new EngineChange.Irrelevant();
    }

    private static EngineChange accepted(Market market, OrderAccepted accepted) {
        if (!accepted.getParentOrderId().isEmpty()) {
            return new EngineChange.Irrelevant();
        }
        OpenOrder order = new OpenOrder(
                id(accepted.getOrderId()),
                market,
                side(accepted.getSide()),
                positive(market.ticks(accepted.getPrice()), "price"),
                positive(market.lots(accepted.getQuantity()), "quantity"),
                accepted.getReduceOnly());
        return new EngineChange.Accepted(
                account(accepted.getAccount()), order, reservation(accepted.getReservationId()));
    }

    private static EngineChange amended(Market market, OrderAmended amended) {
        return new EngineChange.Amended(
                account(amended.getAccount()),
                id(amended.getOrderId()),
                positive(market.ticks(amended.getPrice()), "price"),
                positive(market.lots(amended.getRemainingQuantity()), "quantity"),
                reservation(amended.getReservationId()));
    }

    private static EngineChange sized(Market market, OrderSized sized) {
        return new EngineChange.Sized(
                account(sized.getAccount()),
                id(sized.getOrderId()),
                positive(market.lots(sized.getRemainingQuantity()), "quantity"));
    }

    private static EngineChange matched(Market market, OrdersMatched matched) {
        return new EngineChange.Matched(
                market,
                positive(market.ticks(matched.getPrice()), "price"),
                positive(market.lots(matched.getQuantity()), "quantity"),
                fill(market, matched.getMaker()),
                fill(market, matched.getTaker()));
    }

    private static EngineChange.Fill fill(Market market, MatchedOrder order) {
        boolean child = !order.getParentOrderId().isEmpty();
        return new EngineChange.Fill(
                account(order.getAccount()),
                id(child ? order.getParentOrderId() : order.getOrderId()),
                side(order.getSide()),
                market.lots(child ? order.getParentRemainingQuantity() : order.getRemainingQuantity()));
    }

    private Market market(ExecutionEvent event) {
        return markets.bySymbol(event.getMarket())
                .orElseThrow(() -> new IllegalArgumentException("no market '" + event.getMarket() + "'"));
    }

    private static PublicKey account(String base58) {
        return PublicKey.parse(base58);
    }

    private static long id(String digits) {
        return positive(Long.parseLong(digits), "order id");
    }

    private static UUID reservation(String text) {
        return text.isEmpty() ? EngineChange.NO_RESERVATION : UUID.fromString(text);
    }

    private static Side side(dev.quantdesk.proto.execution.v1.Side side) {
        return switch (side) {
            case SIDE_BUY -> Side.BUY;
            case SIDE_SELL -> Side.SELL;
            case SIDE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("an order without a side");
        };
    }

    private static long positive(long value, String what) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " " + value);
        }
        return value;
    }
}
