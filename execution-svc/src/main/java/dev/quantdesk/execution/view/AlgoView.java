package dev.quantdesk.execution.view;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import java.util.function.IntFunction;

/** One algo order as its events have made it. Not thread-safe: guarded by its {@link AlgoHub}. */
final class AlgoView {
    private static final int ORDER_LENGTH_MAX = 1 << 12;

    private final Market market;
    private final OrderRef ref;
    private final AlgoOrder.Builder order;
    private final long quantityLots;
    private long filledLots;
    private long filledNotional;
    private boolean ended;

    AlgoView(EngineEvent.AlgoAccepted accepted, Market market) {
        Command.PlaceOrder placed = accepted.order();
        this.market = market;
        this.ref = accepted.ref();
        this.quantityLots = placed.quantityLots();
        this.order = AlgoOrder.newBuilder()
                .setAlgoOrderId(Long.toString(ref.orderId()))
                .setClientOrderId(ref.clientOrderId())
                .setAccount(ref.account().toString())
                .setMarket(market.symbol())
                .setSide(Wire.side(placed.side()))
                .setPrice(market.price(placed.priceTicks()))
                .setQuantity(market.quantity(placed.quantityLots()))
                .setReduceOnly(placed.reduceOnly())
                .setSelfTradePrevention(Wire.selfTrade(placed.selfTrade()))
                .setStatus(AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING)
                .setCreateTime(Wire.time(accepted.timeMillis()))
                .setTraceId(Wire.traceId(ref.trace()));
        AlgoWire.terms(
                accepted.terms(),
                placed.postOnly() != dev.quantdesk.execution.engine.PostOnly.NO,
                placed.expireMillis(),
                market,
                order);
        nextSlice(accepted.nextSliceMillis());
        touch(accepted);
    }

    private AlgoView(SnapshotReader in, IntFunction<Market> markets) {
        this.market = markets.apply(in.int32());
        this.ref = new OrderRef(
                in.int64(),
                in.key(),
                in.text(Command.CLIENT_ORDER_ID_LENGTH_MAX),
                Command.NO_RESERVATION,
                TraceParent.NONE);
        this.quantityLots = in.int64();
        this.filledLots = in.int64();
        this.filledNotional = in.int64();
        this.ended = in.bool();
        try {
            this.order = AlgoOrder.parseFrom(in.bytes(ORDER_LENGTH_MAX)).toBuilder();
        } catch (InvalidProtocolBufferException e) {
            throw new SnapshotException("algo order " + ref.orderId() + " of the snapshot can't be read", e);
        }
    }

    void save(SnapshotWriter out) {
        out.int32(market.id())
                .int64(ref.orderId())
                .key(ref.account())
                .text(ref.clientOrderId())
                .int64(quantityLots)
                .int64(filledLots)
                .int64(filledNotional)
                .bool(ended)
                .bytes(order.build().toByteArray());
    }

    static AlgoView load(SnapshotReader in, IntFunction<Market> markets) {
        return new AlgoView(in, markets);
    }

    OrderRef ref() {
        return ref;
    }

    /** Of its last change. */
    long sequence() {
        return order.getSequence();
    }

    boolean isEnded() {
        return ended;
    }

    private void nextSlice(long millis) {
        if (millis == 0) {
            order.clearNextSliceTime();
        } else {
            order.setNextSliceTime(Wire.time(millis));
        }
    }

    private void touch(EngineEvent event) {
        AlgoWire.progress(quantityLots, filledLots, filledNotional, ended, market, order);
        order.setSequence(event.sequence()).setUpdateTime(Wire.time(event.timeMillis()));
    }

    void slice(EngineEvent.AlgoSliced sliced) {
        order.setChildOrders(sliced.children());
        if (sliced.childOrderId() != 0) {
            order.setLatestChildOrderId(Long.toString(sliced.childOrderId()));
        }
        nextSlice(sliced.nextSliceMillis());
        touch(sliced);
    }

    void fill(EngineEvent.Trade trade) {
        filledLots += trade.lots();
        filledNotional = Math.addExact(filledNotional, Math.multiplyExact(trade.priceTicks(), trade.lots()));
        touch(trade);
    }

    void end(EngineEvent.AlgoEnded event) {
        ended = true;
        order.setStatus(AlgoWire.ended(event.reason())).setCancelReason(AlgoWire.reason(event.reason()));
        nextSlice(0);
        touch(event);
    }

    AlgoOrder toProto() {
        return order.build();
    }
}
