package dev.quantdesk.execution.view;

import dev.quantdesk.execution.engine.BracketLeg;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderBracket;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One order as its events have made it, in plain fields: most orders are never asked for, so a message is made only of those
 * that are. Not thread-safe: guarded by its {@link OrderHub}, which hands out copies.
 */
final class OrderView implements Cloneable {
    /** Fills shown with an order, the latest. */
    static final int FILLS_MAX = 100;

    private static final LegRole[] ROLES = LegRole.values();
    /** Of an order that no bracket has told how much it may trade. */
    private static final long NOT_SIZED = -1;

    private final Market market;
    private final OrderRef ref;
    private final BracketLeg leg;
    private final long createMillis;
    private Command.PlaceOrder terms;
    private OrderStatus status;
    private long sequence;
    private long updateMillis;
    private long priceTicks;
    private long filledLots;
    private long filledNotional;
    private int unconfirmedFills;
    // Never changed, as copies share it: a change makes another.
    private List<OrderFill> fills = List.of();
    private Arrival arrival = Arrival.NONE;
    private long activeLots = NOT_SIZED;
    private long exitMillis;
    private long auctionId;
    private CancelReason cancelReason = CancelReason.CANCEL_REASON_UNSPECIFIED;
    /** Null before one. */
    private Decision decision;

    /** What a trigger was decided on; prices in ticks, 0 for one that there is not. */
    private record Decision(boolean fired, long reference, long trigger, long best, long millis) {}

    OrderView(EngineEvent.OrderAccepted accepted, Market market) {
        this(market, accepted.ref(), accepted.order(), accepted.leg(), accepted.timeMillis());
        priceTicks = accepted.priceTicks();
        status = Wire.accepted(terms, leg);
        exitMillis = leg.exitAtMillis();
        touch(accepted);
    }

    private OrderView(Market market, OrderRef ref, Command.PlaceOrder terms, BracketLeg leg, long createMillis) {
        this.market = market;
        this.ref = ref;
        this.terms = terms;
        this.leg = leg;
        this.createMillis = createMillis;
    }

    /** As it is now; does not change any more. */
    OrderView copy() {
        try {
            return (OrderView) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** @param scratch of {@link CommandCodec#LENGTH_MAX} bytes */
    void save(SnapshotWriter out, UnsafeBuffer scratch) {
        out.int64(ref.orderId())
                .int64(ref.parentOrderId())
                .shared(terms, each -> out.bytes(scratch, 0, CommandCodec.encode(each, scratch, 0)))
                .bool(leg.isOfBracket());
        if (leg.isOfBracket()) {
            out.int64(leg.bracketId())
                    .int8(leg.role().ordinal())
                    .int32(leg.legs())
                    .int64(leg.exitAtMillis())
                    .int64(leg.exitAfterMillis());
        }
        out.int64(createMillis)
                .int8(status.getNumber())
                .int64(sequence)
                .int64(updateMillis)
                .int64(priceTicks)
                .int64(filledLots)
                .int64(filledNotional)
                .int32(unconfirmedFills)
                .int8(fills.size());
        fills.forEach(fill -> fill.save(out));
        arrival.save(out);
        out.int64(activeLots)
                .int64(exitMillis)
                .int64(auctionId)
                .int8(cancelReason.getNumber())
                .bool(decision != null);
        if (decision != null) {
            out.bool(decision.fired())
                    .int64(decision.reference())
                    .int64(decision.trigger())
                    .int64(decision.best())
                    .int64(decision.millis());
        }
    }

    /** @param scratch of {@link CommandCodec#LENGTH_MAX} bytes */
    static OrderView load(SnapshotReader in, UnsafeBuffer scratch, IntFunction<Market> markets) {
        long orderId = in.int64();
        long parentOrderId = in.int64();
        Command.PlaceOrder terms = in.shared(Command.PlaceOrder.class, () -> terms(in, scratch));
        OrderRef ref = new OrderRef(
                orderId, terms.account(), terms.clientOrderId(), terms.reservationId(), terms.trace(), parentOrderId);
        BracketLeg leg = in.bool()
                ? new BracketLeg(in.int64(), in.constant(ROLES), in.int32(), in.int64(), in.int64())
                : BracketLeg.NONE;
        OrderView order = new OrderView(markets.apply(terms.marketId()), ref, terms, leg, in.int64());
        order.status = OrderStatus.forNumber(in.int8());
        order.sequence = in.int64();
        order.updateMillis = in.int64();
        order.priceTicks = in.int64();
        order.filledLots = in.int64();
        order.filledNotional = in.int64();
        order.unconfirmedFills = in.int32();
        for (int left = in.int8(); left > 0; left--) {
            order.add(OrderFill.load(in));
        }
        order.arrival = Arrival.load(in);
        order.activeLots = in.int64();
        order.exitMillis = in.int64();
        order.auctionId = in.int64();
        order.cancelReason = CancelReason.forNumber(in.int8());
        if (in.bool()) {
            order.decision = new Decision(in.bool(), in.int64(), in.int64(), in.int64(), in.int64());
        }
        return order;
    }

    private static Command.PlaceOrder terms(SnapshotReader in, UnsafeBuffer scratch) {
        if (CommandCodec.decodeCommand(scratch, 0, in.bytes(scratch)) instanceof Command.PlaceOrder terms) {
            return terms;
        }
        throw new SnapshotException("the snapshot has another command where an order was expected");
    }

    OrderHub.Live live() {
        boolean waiting = status == OrderStatus.ORDER_STATUS_UNTRIGGERED
                || status == OrderStatus.ORDER_STATUS_PENDING && terms.trigger().waits();
        return new OrderHub.Live(orderId(), market, terms, filledLots, waiting, leg.isOfBracket());
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

    Market market() {
        return market;
    }

    /** Of the event that changed it last. */
    long sequence() {
        return sequence;
    }

    private void touch(EngineEvent event) {
        sequence = event.sequence();
        updateMillis = event.timeMillis();
    }

    OrderFill fill(EngineEvent.Trade trade, Liquidity liquidity, long remainingLots) {
        filledLots += trade.lots();
        filledNotional = Math.addExact(filledNotional, Math.multiplyExact(trade.priceTicks(), trade.lots()));
        unconfirmedFills++;
        OrderFill fill = OrderFill.of(trade, liquidity);
        add(fill);
        if (liquidity == Liquidity.LIQUIDITY_TAKER) {
            arrival = arrival.took(trade);
        }
        status = remainingLots == 0 ? OrderStatus.ORDER_STATUS_FILLED : OrderStatus.ORDER_STATUS_PARTIALLY_FILLED;
        touch(trade);
        return fill;
    }

    private void add(OrderFill fill) {
        int from = fills.size() < FILLS_MAX ? 0 : 1;
        List<OrderFill> more = new ArrayList<>(fills.size() + 1 - from);
        more.addAll(fills.subList(from, fills.size()));
        more.add(fill);
        fills = more;
    }

    void amend(EngineEvent.OrderAmended amended) {
        terms = amended.order();
        priceTicks = amended.priceTicks();
        touch(amended);
    }

    void decide(EngineEvent.TriggerDecided decided) {
        decision = new Decision(
                decided.fired(),
                decided.referenceTicks(),
                decided.triggerTicks(),
                decided.extremeTicks(),
                decided.timeMillis());
        if (decided.fired()) {
            status = OrderStatus.ORDER_STATUS_OPEN;
        }
        touch(decided);
    }

    void size(EngineEvent.OrderSized sized) {
        activeLots = filledLots + sized.remainingLots();
        if (sized.exitMillis() > 0) {
            exitMillis = sized.exitMillis();
        }
        if (sized.activated()) {
            status = Wire.atWork(terms);
        }
        touch(sized);
    }

    void reprice(EngineEvent.OrderRepriced repriced) {
        priceTicks = repriced.priceTicks();
        touch(repriced);
    }

    void open(EngineEvent.AuctionOpened opened) {
        arrival = Arrival.at(opened);
        auctionId = opened.auctionId();
        status = OrderStatus.ORDER_STATUS_IN_AUCTION;
        touch(opened);
    }

    void quote(EngineEvent.QuoteEntered entered) {
        auctionId = entered.auctionId();
        status = OrderStatus.ORDER_STATUS_IN_AUCTION;
        touch(entered);
    }

    void end(EngineEvent.AuctionEnded ended) {
        if (status == OrderStatus.ORDER_STATUS_IN_AUCTION) {
            status = OrderStatus.ORDER_STATUS_OPEN;
        }
        touch(ended);
    }

    void cancel(EngineEvent.OrderCancelled cancelled) {
        cancelReason = Wire.cancelReason(cancelled.reason());
        status = cancelled.reason().isExpiry() ? OrderStatus.ORDER_STATUS_EXPIRED : OrderStatus.ORDER_STATUS_CANCELLED;
        touch(cancelled);
    }

    /** Moves one fill a step on; gives it back, or null where it is older than those shown. */
    OrderFill settle(EngineEvent event, long tradeId, FillSettlement settlement, byte[] signature, long slot) {
        if (settlement == FillSettlement.FILL_SETTLEMENT_CONFIRMED) {
            unconfirmedFills--;
        }
        touch(event);
        for (int i = 0; i < fills.size(); i++) {
            if (fills.get(i).tradeId() == tradeId) {
                OrderFill moved = fills.get(i).with(settlement, signature, slot);
                fills = new ArrayList<>(fills);
                fills.set(i, moved);
                return moved;
            }
        }
        return null;
    }

    void settled(EngineEvent.OrderSettled settled) {
        if (status == OrderStatus.ORDER_STATUS_FILLED) {
            status = OrderStatus.ORDER_STATUS_SETTLED;
        }
        touch(settled);
    }

    boolean isOpen() {
        return switch (status) {
            case ORDER_STATUS_OPEN,
                    ORDER_STATUS_UNTRIGGERED,
                    ORDER_STATUS_PENDING,
                    ORDER_STATUS_IN_AUCTION,
                    ORDER_STATUS_PARTIALLY_FILLED -> true;
            default -> false;
        };
    }

    /** Whether anything can still happen to the order. */
    boolean isLive() {
        return isOpen() || unconfirmedFills > 0 || status == OrderStatus.ORDER_STATUS_FILLED;
    }

    Order toProto() {
        Order.Builder order = Order.newBuilder()
                .setOrderId(Long.toString(ref.orderId()))
                .setClientOrderId(ref.clientOrderId())
                .setAccount(ref.account().toString())
                .setMarket(market.symbol())
                .setSide(Wire.side(terms.side()))
                .setType(Wire.type(terms))
                .setTimeInForce(Wire.timeInForce(terms.timeInForce()))
                .setPrice(market.price(priceTicks))
                .setQuantity(market.quantity(terms.quantityLots()))
                .setFilledQuantity(market.quantity(filledLots))
                .setPostOnly(terms.postOnly() != PostOnly.NO)
                .setPostOnlySlide(terms.postOnly() == PostOnly.SLIDE)
                .setSelfTradePrevention(Wire.selfTrade(terms.selfTrade()))
                .setReduceOnly(terms.reduceOnly())
                .setStatus(status)
                .setCancelReason(cancelReason)
                .setCreateTime(Wire.time(createMillis))
                .setUpdateTime(Wire.time(updateMillis))
                .setSequence(sequence)
                .setTraceId(Wire.traceId(ref.trace()))
                .setParentOrderId(ref.isChild() ? Long.toString(ref.parentOrderId()) : "")
                .setAuctionId(auctionId == 0 ? "" : Long.toString(auctionId));
        Wire.prices(terms, market, order);
        arrival.show(market, order);
        if (filledLots > 0) {
            order.setAveragePrice(market.averagePrice(filledNotional, filledLots));
        }
        if (terms.expireMillis() > 0) {
            order.setExpireTime(Wire.time(terms.expireMillis()));
        }
        if (decision != null) {
            order.setTriggerDecision(Wire.decision(
                    decision.fired(),
                    decision.reference(),
                    decision.trigger(),
                    decision.best(),
                    decision.millis(),
                    market));
        }
        if (leg.isOfBracket()) {
            order.setBracket(bracket());
        }
        fills.forEach(fill -> order.addFills(fill.toProto(market)));
        return order.build();
    }

    private OrderBracket bracket() {
        OrderBracket bracket = Wire.bracket(leg, exitMillis);
        return activeLots == NOT_SIZED
                ? bracket
                : bracket.toBuilder()
                        .setActiveQuantity(market.quantity(activeLots))
                        .build();
    }
}
