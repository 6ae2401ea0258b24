package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.view.AlgoWire;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.CancelReason;
import io.vertx.core.buffer.Buffer;

/** What events mean for the table of algo orders. Each statement is part of the caller's transaction. */
final class AlgoRows {
    private static final String INSERT = """
            INSERT INTO execution.algo_orders (order_id, account, client_order_id, market_id, side, price_ticks, quantity_lots,
                post_only, reduce_only, self_trade_prevention, expire_millis, duration_millis, interval_millis,
                time_random_bps, visible_lots, size_random_bps, seed, next_slice_millis, status, cancel_reason, sequence,
                create_millis, update_millis, trace_id, signer, intent, signature)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $23,
                $24, $25, $26)""";
    private static final String SLICE = """
            UPDATE execution.algo_orders SET child_orders = $2,
                latest_child_order_id = CASE WHEN $3::bigint = 0 THEN latest_child_order_id ELSE $3 END,
                next_slice_millis = $4, sequence = $5, update_millis = $6 WHERE order_id = $1""";
    private static final String FILL = """
            UPDATE execution.algo_orders SET filled_lots = filled_lots + $2, filled_notional = filled_notional + $3,
                sequence = $4, update_millis = $5 WHERE order_id = $1""";
    private static final String END = """
            UPDATE execution.algo_orders SET status = $2, cancel_reason = $3, next_slice_millis = 0, sequence = $4,
                update_millis = $5 WHERE order_id = $1""";
    private static final String CHILD = "UPDATE execution.orders SET parent_order_id = $2 WHERE order_id = $1";

    private AlgoRows() {}

    static void accept(Database.Tx tx, EngineEvent.AlgoAccepted accepted) throws InterruptedException {
        Command.PlaceOrder order = accepted.order();
        AlgoTerms.Twap twap = accepted.terms() instanceof AlgoTerms.Twap terms ? terms : null;
        AlgoTerms.Iceberg iceberg = accepted.terms() instanceof AlgoTerms.Iceberg terms ? terms : null;
        tx.send(
                INSERT,
                accepted.ref().orderId(),
                order.account().toString(),
                order.clientOrderId(),
                order.marketId(),
                Wire.side(order.side()).name(),
                order.priceTicks(),
                order.quantityLots(),
                order.postOnly() != PostOnly.NO,
                order.reduceOnly(),
                Wire.selfTrade(order.selfTrade()).name(),
                order.expireMillis(),
                twap == null ? 0L : twap.durationMillis(),
                twap == null ? 0L : twap.intervalMillis(),
                twap == null ? 0 : twap.timeRandomBps(),
                iceberg == null ? 0L : iceberg.visibleLots(),
                twap == null ? iceberg.sizeRandomBps() : twap.sizeRandomBps(),
                accepted.terms().seed(),
                accepted.nextSliceMillis(),
                AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING.name(),
                CancelReason.CANCEL_REASON_UNSPECIFIED.name(),
                accepted.sequence(),
                accepted.timeMillis(),
                Wire.traceId(order.trace()),
                order.intent().signer().toString(),
                Buffer.buffer(order.intent().bytes()),
                Buffer.buffer(order.intent().signature()));
    }

    static void child(Database.Tx tx, OrderRef ref) throws InterruptedException {
        if (ref.isChild()) {
            tx.send(CHILD, ref.orderId(), ref.parentOrderId());
        }
    }

    static void slice(Database.Tx tx, EngineEvent.AlgoSliced sliced) throws InterruptedException {
        tx.send(
                SLICE,
                sliced.ref().orderId(),
                sliced.children(),
                sliced.childOrderId(),
                sliced.nextSliceMillis(),
                sliced.sequence(),
                sliced.timeMillis());
    }

    static void fill(Database.Tx tx, EngineEvent.Trade trade, OrderRef ref) throws InterruptedException {
        if (ref.isChild()) {
            tx.send(
                    FILL,
                    ref.parentOrderId(),
                    trade.lots(),
                    Math.multiplyExact(trade.priceTicks(), trade.lots()),
                    trade.sequence(),
                    trade.timeMillis());
        }
    }

    static void end(Database.Tx tx, EngineEvent.AlgoEnded ended) throws InterruptedException {
        tx.send(
                END,
                ended.ref().orderId(),
                AlgoWire.ended(ended.reason()).name(),
                AlgoWire.reason(ended.reason()).name(),
                ended.sequence(),
                ended.timeMillis());
    }
}
