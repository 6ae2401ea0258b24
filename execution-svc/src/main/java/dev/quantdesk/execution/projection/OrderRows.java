package dev.quantdesk.execution.projection;

import static dev.quantdesk.kit.db.Database.column;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineEvent.OrderAccepted;
import dev.quantdesk.execution.engine.EngineEvent.OrderCancelled;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** What happens to orders most often, being placed and being cancelled: one statement for all of a batch. */
final class OrderRows {
    private static final String INSERT = """
            INSERT INTO execution.orders (order_id, account, client_order_id, market_id, side, type, time_in_force,
                price_ticks, quantity_lots, post_only, reduce_only, status, cancel_reason, sequence, create_millis,
                update_millis, trace_id, signer, intent, signature, post_only_slide, self_trade_prevention, expire_millis,
                trigger_kind, trigger_value, price_source, peg_offset_ticks, price_limit_ticks, signed_batch)
            SELECT order_id, account, client_order_id, market_id, side, type, time_in_force,
                price_ticks, quantity_lots, post_only, reduce_only, status, cancel_reason, sequence, create_millis,
                update_millis, trace_id, signer, intent, signature, post_only_slide, self_trade_prevention, expire_millis,
                trigger_kind, trigger_value, price_source, peg_offset_ticks, price_limit_ticks, signed_batch
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[],
                $9::bigint[], $10::boolean[], $11::boolean[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[],
                $17::text[], $18::text[], $19::bytea[], $20::bytea[], $21::boolean[], $22::text[], $23::bigint[], $24::text[],
                $25::bigint[], $26::text[], $27::bigint[], $28::bigint[], $29::bytea[])
            AS placed (order_id, account, client_order_id, market_id, side, type, time_in_force, price_ticks, quantity_lots,
                post_only, reduce_only, status, cancel_reason, sequence, create_millis, update_millis, trace_id, signer, intent, signature, post_only_slide,
                self_trade_prevention, expire_millis, trigger_kind, trigger_value, price_source, peg_offset_ticks,
                price_limit_ticks, signed_batch)""";
    private static final String CLOSE = """
            UPDATE execution.orders SET status = closed.status, cancel_reason = closed.cancel_reason, sequence = closed.sequence,
                update_millis = closed.update_millis
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
                AS closed (order_id, status, cancel_reason, sequence, update_millis)
            WHERE orders.order_id = closed.order_id""";

    private OrderRows() {}

    /**
     * A new order.
     *
     * @param ended what ended it before anything else happened to it, as it does with most that may not rest; or null
     */
    record Placed(OrderAccepted accepted, OrderCancelled ended) {
        private Command.PlaceOrder order() {
            return accepted.order();
        }

        private EngineEvent latest() {
            return ended == null ? accepted : ended;
        }
    }

    static List<Placed> placed(List<EngineEvent> events) {
        List<Placed> placed = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof OrderAccepted accepted) {
                boolean ends = i + 1 < events.size()
                        && events.get(i + 1) instanceof OrderCancelled next
                        && endsAtOnce(accepted, next);
                placed.add(new Placed(accepted, ends ? (OrderCancelled) events.get(i + 1) : null));
            }
        }
        return placed;
    }

    /** Whether {@code before}, the event right before it, is the order's own acceptance. */
    static boolean endsAtOnce(EngineEvent before, OrderCancelled cancelled) {
        return before instanceof OrderAccepted accepted
                && accepted.ref().orderId() == cancelled.ref().orderId();
    }

    static void insert(Database.Tx tx, List<Placed> placed) throws InterruptedException {
        if (placed.isEmpty()) {
            return;
        }
        tx.send(
                INSERT,
                column(placed, Long[]::new, row -> row.accepted().ref().orderId()),
                column(placed, String[]::new, row -> row.order().account().toString()),
                column(placed, String[]::new, row -> row.order().clientOrderId()),
                column(placed, Integer[]::new, row -> row.order().marketId()),
                column(
                        placed,
                        String[]::new,
                        row -> Wire.side(row.order().side()).name()),
                column(placed, String[]::new, row -> Wire.type(row.order()).name()),
                column(
                        placed,
                        String[]::new,
                        row -> Wire.timeInForce(row.order().timeInForce()).name()),
                column(placed, Long[]::new, row -> row.accepted().priceTicks()),
                column(placed, Long[]::new, row -> row.order().quantityLots()),
                column(placed, Boolean[]::new, row -> row.order().postOnly() != PostOnly.NO),
                column(placed, Boolean[]::new, row -> row.order().reduceOnly()),
                column(placed, String[]::new, OrderRows::status),
                column(placed, String[]::new, OrderRows::cancelReason),
                column(placed, Long[]::new, row -> row.latest().sequence()),
                column(placed, Long[]::new, row -> row.accepted().timeMillis()),
                column(placed, Long[]::new, row -> row.latest().timeMillis()),
                column(placed, String[]::new, row -> Wire.traceId(row.order().trace())),
                column(
                        placed,
                        String[]::new,
                        row -> row.order().intent().signer().toString()),
                column(
                        placed,
                        Buffer[]::new,
                        row -> Buffer.buffer(row.order().intent().bytes())),
                column(
                        placed,
                        Buffer[]::new,
                        row -> Buffer.buffer(row.order().intent().signature())),
                column(placed, Boolean[]::new, row -> row.order().postOnly() == PostOnly.SLIDE),
                column(
                        placed,
                        String[]::new,
                        row -> Wire.selfTrade(row.order().selfTrade()).name()),
                column(placed, Long[]::new, row -> row.order().expireMillis()),
                column(
                        placed,
                        String[]::new,
                        row -> row.order().trigger().kind().name()),
                column(placed, Long[]::new, row -> row.order().trigger().value()),
                column(placed, String[]::new, OrderRows::priceSource),
                column(placed, Long[]::new, OrderRows::pegOffset),
                column(placed, Long[]::new, row -> row.order().priceTicks()),
                column(placed, Buffer[]::new, OrderRows::signedBatch));
    }

    static void close(Database.Tx tx, List<OrderCancelled> closed) throws InterruptedException {
        if (closed.isEmpty()) {
            return;
        }
        tx.send(
                CLOSE,
                column(closed, Long[]::new, row -> row.ref().orderId()),
                column(closed, String[]::new, OrderRows::status),
                column(closed, String[]::new, OrderRows::cancelReason),
                column(closed, Long[]::new, OrderCancelled::sequence),
                column(closed, Long[]::new, OrderCancelled::timeMillis));
    }

    private static String priceSource(Placed row) {
        var order = row.order();
        return (order.peg().follows() ? order.peg().source() : order.trigger().source()).name();
    }

    private static Long pegOffset(Placed row) {
        var peg = row.order().peg();
        return peg.follows() ? (Long) peg.offsetTicks() : null;
    }

    private static Buffer signedBatch(Placed row) {
        var intent = row.order().intent();
        return intent.isOfBatch() ? Buffer.buffer(intent.signedBytes()) : null;
    }

    private static String status(Placed row) {
        return row.ended() == null
                ? Wire.accepted(row.order(), row.accepted().leg()).name()
                : status(row.ended());
    }

    private static String cancelReason(Placed row) {
        return row.ended() == null ? CancelReason.CANCEL_REASON_UNSPECIFIED.name() : cancelReason(row.ended());
    }

    private static String cancelReason(OrderCancelled row) {
        return Wire.cancelReason(row.reason()).name();
    }

    private static String status(OrderCancelled row) {
        return (row.reason().isExpiry() ? OrderStatus.ORDER_STATUS_EXPIRED : OrderStatus.ORDER_STATUS_CANCELLED).name();
    }
}
