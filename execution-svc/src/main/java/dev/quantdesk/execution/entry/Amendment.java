package dev.quantdesk.execution.entry;

import com.google.protobuf.ByteString;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.SignedIntent;

/**
 * What an amendment wants, in whole ticks and lots. Pure.
 *
 * @param ticket the order as it would be, with what is left of it
 * @param totalLots its quantity, with what has traded
 * @param newPriceTicks 0 where it stays
 * @param newLots 0 where it stays
 * @param newTriggerValue 0 where it stays
 * @param needsMargin whether it could need more margin than it has: all but making it smaller, or moving its trigger
 */
record Amendment(
        OrderTicket ticket,
        long totalLots,
        long newPriceTicks,
        long newLots,
        long newTriggerValue,
        boolean needsMargin) {

    /** @throws ApiException where the market or the order does not take what is asked for */
    static Amendment of(AmendOrderRequest request, OrderHub.Live order) {
        Command.PlaceOrder now = order.order();
        Market market = order.market();
        if (request.getPrice().isEmpty()
                && request.getQuantity().isEmpty()
                && request.getTriggerPrice().isEmpty()
                && !request.hasIntent()) {
            throw OrderTicket.combination(
                    "price", "The amendment changes nothing: set price, quantity or trigger_price.");
        }
        if (!request.getPrice().isEmpty()
                && (now.type() != OrderType.LIMIT || now.peg().follows())) {
            throw Refusals.notAmendable(order.orderId(), "price");
        }
        if (!request.getTriggerPrice().isEmpty()
                && (!order.waiting() || now.trigger().trails())) {
            throw Refusals.notAmendable(order.orderId(), "trigger_price");
        }
        if (!request.getQuantity().isEmpty() && order.ofBracket()) {
            throw Refusals.notAmendable(order.orderId(), "quantity");
        }
        long price = request.getPrice().isEmpty() ? 0 : OrderTicket.ticks(request.getPrice(), market);
        long lots = request.getQuantity().isEmpty() ? 0 : OrderTicket.lots(request.getQuantity(), market);
        long trigger = request.getTriggerPrice().isEmpty()
                ? 0
                : PriceTerms.ticks("trigger_price", request.getTriggerPrice(), market);
        long totalLots = lots == 0 ? now.quantityLots() : lots;
        if (totalLots <= order.filledLots()) {
            throw ApiException.refuse(Reason.AMEND_BELOW_FILLED, Reason.AMEND_BELOW_FILLED.meaning())
                    .field("quantity", "above what has filled")
                    .with("limit", "filled_quantity")
                    .with("value", market.quantity(totalLots))
                    .with("bound", market.quantity(order.filledLots()))
                    .build();
        }
        long limit = price == 0 ? now.priceTicks() : price;
        Trigger wanted = trigger == 0
                ? now.trigger()
                : new Trigger(now.trigger().kind(), now.trigger().source(), trigger);
        OrderTicket ticket = new OrderTicket(
                market,
                now.side(),
                now.type(),
                now.timeInForce(),
                now.postOnly(),
                now.reduceOnly(),
                now.selfTrade(),
                limit,
                totalLots - order.filledLots(),
                now.expireMillis(),
                wanted,
                now.peg());
        boolean dearer = now.side() == Side.BUY ? limit > now.priceTicks() : limit != now.priceTicks();
        return new Amendment(ticket, totalLots, price, lots, trigger, dearer || totalLots > now.quantityLots());
    }

    boolean movesTrigger() {
        return newTriggerValue != 0;
    }

    /** The intent that the order was signed with. */
    static SignedIntent intent(OrderHub.Live order) {
        var intent = order.order().intent();
        return SignedIntent.newBuilder()
                .setIntent(ByteString.copyFrom(intent.bytes()))
                .setSignature(ByteString.copyFrom(intent.signature()))
                .setSigner(intent.signer().toString())
                .build();
    }
}
