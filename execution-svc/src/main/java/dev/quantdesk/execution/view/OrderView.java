package dev.quantdesk.execution.view;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;

/** One order as its events have made it. Not thread-safe: guarded by its {@link OrderHub}. */
final class OrderView {
    /** Fills shown with an order, the latest. */
    static final int FILLS_MAX = 100;

    private static final int ORDER_LENGTH_MAX = 1 << 17;

    private final Market market;
    private final OrderRef ref;
    private final Order.Builder order;
    private Command.PlaceOrder terms;
    // Built once and shared by all copies of the order that are handed out: hundreds of changes may be kept of one
    // order.
    private final List<Fill> fills = new ArrayList<>(1);
    private long filledLots;
    private long filledNotional;
    private int unconfirmedFills;
    private final Arrival arrival = new Arrival();

    OrderView(EngineEvent.OrderAccepted accepted, Market market) {
        this.market = market;
        this.ref = accepted.ref();
        Command.PlaceOrder placed = accepted.order();
        this.terms = placed;
        this.order = Order.newBuilder()
                .setOrderId(Long.toString(ref.orderId()))
                .setClientOrderId(ref.clientOrderId())
                .setAccount(ref.account().toString())
                .setMarket(market.symbol())
                .setSide(Wire.side(placed.side()))
                .setType(Wire.type(placed))
                .setTimeInForce(Wire.timeInForce(placed.timeInForce()))
                .setPrice(market.price(accepted.priceTicks()))
                .setQuantity(market.quantity(placed.quantityLots()))
                .setFilledQuantity("0")
                .setPostOnly(placed.postOnly() != PostOnly.NO)
                .setPostOnlySlide(placed.postOnly() == PostOnly.SLIDE)
                .setSelfTradePrevention(Wire.selfTrade(placed.selfTrade()))
                .setReduceOnly(placed.reduceOnly())
                .setStatus(Wire.accepted(placed, accepted.leg()))
                .setCreateTime(Wire.time(accepted.timeMillis()))
                .setTraceId(Wire.traceId(ref.trace()))
                .setParentOrderId(ref.isChild() ? Long.toString(ref.parentOrderId()) : "");
        Wire.prices(placed, market, order);
        if (placed.expireMillis() > 0) {
            order.setExpireTime(Wire.time(placed.expireMillis()));
        }
        if (accepted.leg().isOfBracket()) {
            order.setBracket(Wire.bracket(accepted.leg(), accepted.leg().exitAtMillis()));
        }
        touch(accepted);
    }

    private OrderView(Market market, OrderRef ref, Command.PlaceOrder terms, Order saved) {
        this.market = market;
        this.ref = ref;
        this.terms = terms;
        this.order = saved.toBuilder().clearFills();
        this.fills.addAll(saved.getFillsList());
    }

    /** @param scratch of {@link CommandCodec#LENGTH_MAX} bytes */
    void save(SnapshotWriter out, UnsafeBuffer scratch) {
        out.int64(ref.orderId())
                .bytes(scratch, 0, CommandCodec.encode(terms, scratch, 0))
                .bytes(toProto().toByteArray())
                .int64(filledLots)
                .int64(filledNotional)
                .int32(unconfirmedFills)
                .int64(ref.parentOrderId());
        arrival.save(out);
    }

    /** @param scratch of {@link CommandCodec#LENGTH_MAX} bytes */
    static OrderView load(SnapshotReader in, UnsafeBuffer scratch, IntFunction<Market> markets) {
        long orderId = in.int64();
        Command command = CommandCodec.decodeCommand(scratch, 0, in.bytes(scratch));
        if (!(command instanceof Command.PlaceOrder terms)) {
            throw new SnapshotException("the snapshot has another command where order " + orderId + " was expected");
        }
        try {
            Order saved = Order.parseFrom(in.bytes(ORDER_LENGTH_MAX));
            long filledLots = in.int64();
            long filledNotional = in.int64();
            int unconfirmedFills = in.int32();
            OrderRef ref = new OrderRef(
                    orderId, terms.account(), terms.clientOrderId(), terms.reservationId(), terms.trace(), in.int64());
            OrderView view = new OrderView(markets.apply(terms.marketId()), ref, terms, saved);
            view.filledLots = filledLots;
            view.filledNotional = filledNotional;
            view.unconfirmedFills = unconfirmedFills;
            view.arrival.load(in);
            return view;
        } catch (InvalidProtocolBufferException e) {
            throw new SnapshotException("order " + orderId + " of the snapshot can't be read", e);
        }
    }

    OrderHub.Live live() {
        boolean pending = order.getStatus() == OrderStatus.ORDER_STATUS_PENDING;
        boolean waiting = order.getStatus() == OrderStatus.ORDER_STATUS_UNTRIGGERED
                || pending && terms.trigger().waits();
        return new OrderHub.Live(orderId(), market, terms, filledLots, waiting, order.hasBracket());
    }

    long orderId() {
        return ref.orderId();
    }

    PublicKey account() {
        return ref.account();
    }

    String clientOrderId() {
        return ref.clientOrderId();
    }

    private void touch(EngineEvent event) {
        order.setSequence(event.sequence()).setUpdateTime(Wire.time(event.timeMillis()));
    }

    Fill fill(EngineEvent.Trade trade, Liquidity liquidity, long remainingLots) {
        filledLots += trade.lots();
        filledNotional = Math.addExact(filledNotional, Math.multiplyExact(trade.priceTicks(), trade.lots()));
        unconfirmedFills++;
        Fill fill = Fill.newBuilder()
                .setTradeId(Long.toString(trade.tradeId()))
                .setPrice(market.price(trade.priceTicks()))
                .setQuantity(market.quantity(trade.lots()))
                .setLiquidity(liquidity)
                .setTradeTime(Wire.time(trade.timeMillis()))
                .setSettlement(FillSettlement.FILL_SETTLEMENT_PENDING)
                .build();
        fills.add(fill);
        if (fills.size() > FILLS_MAX) {
            fills.removeFirst();
        }
        if (liquidity == Liquidity.LIQUIDITY_TAKER) {
            arrival.took(trade);
            arrival.show(market, order);
        }
        order.setFilledQuantity(market.quantity(filledLots))
                .setAveragePrice(market.averagePrice(filledNotional, filledLots))
                .setStatus(
                        remainingLots == 0
                                ? OrderStatus.ORDER_STATUS_FILLED
                                : OrderStatus.ORDER_STATUS_PARTIALLY_FILLED);
        touch(trade);
        return fill;
    }

    void amend(EngineEvent.OrderAmended amended) {
        terms = amended.order();
        order.setPrice(market.price(amended.priceTicks()))
                .setQuantity(market.quantity(amended.order().quantityLots()));
        Wire.prices(amended.order(), market, order);
        touch(amended);
    }

    void decide(EngineEvent.TriggerDecided decided) {
        order.setTriggerDecision(Wire.decision(decided, market));
        if (decided.fired()) {
            order.setStatus(OrderStatus.ORDER_STATUS_OPEN);
        }
        touch(decided);
    }

    void size(EngineEvent.OrderSized sized) {
        order.getBracketBuilder().setActiveQuantity(market.quantity(filledLots + sized.remainingLots()));
        if (sized.exitMillis() > 0) {
            order.getBracketBuilder().setExitTime(Wire.time(sized.exitMillis()));
        }
        if (sized.activated()) {
            order.setStatus(Wire.atWork(terms));
        }
        touch(sized);
    }

    void reprice(EngineEvent.OrderRepriced repriced) {
        order.setPrice(market.price(repriced.priceTicks()));
        touch(repriced);
    }

    void open(EngineEvent.AuctionOpened opened) {
        arrival.open(opened);
        arrival.show(market, order);
        order.setAuctionId(Long.toString(opened.auctionId())).setStatus(OrderStatus.ORDER_STATUS_IN_AUCTION);
        touch(opened);
    }

    void quote(EngineEvent.QuoteEntered entered) {
        order.setAuctionId(Long.toString(entered.auctionId())).setStatus(OrderStatus.ORDER_STATUS_IN_AUCTION);
        touch(entered);
    }

    void end(EngineEvent.AuctionEnded ended) {
        if (order.getStatus() == OrderStatus.ORDER_STATUS_IN_AUCTION) {
            order.setStatus(OrderStatus.ORDER_STATUS_OPEN);
        }
        touch(ended);
    }

    void cancel(EngineEvent.OrderCancelled cancelled) {
        order.setCancelReason(Wire.cancelReason(cancelled.reason()))
                .setStatus(
                        cancelled.reason().isExpiry()
                                ? OrderStatus.ORDER_STATUS_EXPIRED
                                : OrderStatus.ORDER_STATUS_CANCELLED);
        touch(cancelled);
    }

    /** Moves one fill a step on; gives it back, or null where it is older than those shown. */
    Fill settle(EngineEvent event, long tradeId, FillSettlement settlement, byte[] signature, long slot) {
        if (settlement == FillSettlement.FILL_SETTLEMENT_CONFIRMED) {
            unconfirmedFills--;
        }
        touch(event);
        String id = Long.toString(tradeId);
        for (ListIterator<Fill> each = fills.listIterator(); each.hasNext(); ) {
            Fill fill = each.next();
            if (fill.getTradeId().equals(id)) {
                Fill moved = fill.toBuilder()
                        .setSettlement(settlement)
                        .setSettlementSignature(Base58.encode(signature))
                        .setSlot(slot)
                        .build();
                each.set(moved);
                return moved;
            }
        }
        return null;
    }

    void settled(EngineEvent.OrderSettled settled) {
        if (order.getStatus() == OrderStatus.ORDER_STATUS_FILLED) {
            order.setStatus(OrderStatus.ORDER_STATUS_SETTLED);
        }
        touch(settled);
    }

    boolean isOpen() {
        return order.getStatus() == OrderStatus.ORDER_STATUS_OPEN
                || order.getStatus() == OrderStatus.ORDER_STATUS_UNTRIGGERED
                || order.getStatus() == OrderStatus.ORDER_STATUS_PENDING
                || order.getStatus() == OrderStatus.ORDER_STATUS_IN_AUCTION
                || order.getStatus() == OrderStatus.ORDER_STATUS_PARTIALLY_FILLED;
    }

    /** Whether anything can still happen to the order. */
    boolean isLive() {
        return isOpen() || unconfirmedFills > 0 || order.getStatus() == OrderStatus.ORDER_STATUS_FILLED;
    }

    Order toProto() {
        return order.clone().addAllFills(fills).build();
    }
}
