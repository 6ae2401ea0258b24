package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.cluster.FollowerSink;
import dev.quantdesk.execution.engine.BracketLeg;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.ArrayList;
import java.util.List;

/** Writes the engine's events to the order tables, each batch with its cursor in one transaction. Used by one thread. */
public final class PostgresProjection implements FollowerSink {
    private static final String AMEND_ORDER = """
            UPDATE execution.orders SET price_ticks = $2, quantity_lots = $3, trigger_value = $4, signer = $5, intent = $6,
                signature = $7, sequence = $8, update_millis = $9 WHERE order_id = $1""";
    private static final String DECIDE_TRIGGER = """
            UPDATE execution.orders SET trigger_fired = $2, decision_reference_ticks = $3, decision_trigger_ticks = $4,
                decision_best_ticks = $5, decision_millis = $7, status = CASE WHEN $2 THEN $8 ELSE status END, sequence = $6,
                update_millis = $7 WHERE order_id = $1""";
    private static final String REPRICE_ORDER = """
            UPDATE execution.orders SET price_ticks = $2, sequence = $3, update_millis = $4 WHERE order_id = $1""";
    private static final String INSERT_FILL = """
            INSERT INTO execution.fills (trade_id, order_id, account, liquidity, price_ticks, lots, trade_millis, settlement)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""";
    private static final String FILL_ORDER = """
            UPDATE execution.orders SET filled_lots = filled_lots + $2, filled_notional = filled_notional + $3,
                status = $4, sequence = $5, update_millis = $6 WHERE order_id = $1""";
    private static final String TAKE = """
            UPDATE execution.orders SET arrival_ticks = CASE WHEN arrival_ticks = 0 THEN $2 ELSE arrival_ticks END,
                arrival_source = CASE WHEN arrival_ticks = 0 THEN $5 ELSE arrival_source END,
                improved_tick_lots = improved_tick_lots
                    + $4 * (CASE WHEN arrival_ticks = 0 THEN 0 ELSE arrival_ticks - $2 END) * $3
            WHERE order_id = $1""";
    private static final String ENTER_AUCTION = """
            UPDATE execution.orders SET auction_id = $2, arrival_ticks = $3, arrival_source = $4, status = $5, sequence = $6,
                update_millis = $7 WHERE order_id = $1""";
    private static final String END_AUCTION = """
            UPDATE execution.orders SET status = CASE WHEN status = $2 THEN $3 ELSE status END, sequence = $4,
                update_millis = $5 WHERE order_id = $1""";
    private static final String SETTLE_FILLS = """
            UPDATE execution.fills SET settlement = $2, settlement_signature = $3, slot = $4 WHERE trade_id = ANY($1)""";
    private static final String TOUCH_ORDERS = """
            UPDATE execution.orders SET sequence = $2, update_millis = $3
            WHERE order_id IN (SELECT order_id FROM execution.fills WHERE trade_id = ANY($1))""";
    private static final String SETTLE_ORDER = """
            UPDATE execution.orders SET status = CASE WHEN status = $2 THEN $3 ELSE status END, sequence = $4,
                update_millis = $5 WHERE order_id = $1""";

    private static final String OF_BRACKET = """
            UPDATE execution.orders SET bracket_id = $2, bracket_role = $3, bracket_legs = $4, exit_millis = $5, exit_after_millis = $6
            WHERE order_id = $1""";
    private static final String SIZE_ORDER = """
            UPDATE execution.orders SET active_lots = filled_lots + $2, exit_millis = CASE WHEN $3::bigint > 0 THEN $3::bigint ELSE exit_millis END,
                status = CASE WHEN NOT $4::boolean THEN status WHEN trigger_kind = 'NONE' THEN $5 ELSE $6 END, sequence = $7,
                update_millis = $8 WHERE order_id = $1""";

    private final Database database;

    /** @param database a pool under the role that may write every account's rows */
    public PostgresProjection(Database database) {
        this.database = database;
    }

    @Override
    public long resumeAfterSequence() {
        return unchecked(() -> database.inTransaction(
                "projection.cursor",
                "",
                tx -> tx.query("SELECT sequence FROM execution.projection_cursor WHERE name = 'orders'")
                        .iterator()
                        .next()
                        .getLong(0)));
    }

    @Override
    public void accept(List<EngineEvent> events) {
        unchecked(() -> database.inTransaction("projection.write", "", tx -> {
            long before = events.getFirst().sequence() - 1;
            int moved = tx.query(
                            "UPDATE execution.projection_cursor SET sequence = $1 WHERE name = 'orders' AND sequence = $2",
                            events.getLast().sequence(),
                            before)
                    .rowCount();
            if (moved != 1) {
                throw new dev.quantdesk.execution.cluster.SinkResetException(
                        "the projection's cursor is not at " + before + ": the tables were changed from outside");
            }
            write(tx, events);
            return null;
        }));
    }

    /** New orders come first, for nothing is before them; of the others each keeps its place. */
    private static void write(Database.Tx tx, List<EngineEvent> events) throws InterruptedException {
        OrderRows.insert(tx, OrderRows.placed(events));
        List<EngineEvent.OrderCancelled> cancelled = new ArrayList<>();
        EngineEvent before = null;
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.OrderCancelled order) {
                if (!OrderRows.endsAtOnce(before, order)) {
                    cancelled.add(order);
                }
            } else {
                if (!(event instanceof EngineEvent.OrderAccepted)) {
                    OrderRows.close(tx, cancelled);
                    cancelled.clear();
                }
                write(tx, event);
            }
            before = event;
        }
        OrderRows.close(tx, cancelled);
    }

    private static void write(Database.Tx tx, EngineEvent event) throws InterruptedException {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> {
                if (accepted.leg().isOfBracket()) {
                    joinBracket(tx, accepted);
                }
                AlgoRows.child(tx, accepted.ref());
            }
            case EngineEvent.Trade trade -> insertFillsOfBoth(tx, trade);
            case EngineEvent.OrderAmended amended ->
                tx.send(
                        AMEND_ORDER,
                        amended.ref().orderId(),
                        amended.priceTicks(),
                        amended.order().quantityLots(),
                        amended.order().trigger().value(),
                        amended.order().intent().signer().toString(),
                        io.vertx.core.buffer.Buffer.buffer(
                                amended.order().intent().bytes()),
                        io.vertx.core.buffer.Buffer.buffer(
                                amended.order().intent().signature()),
                        event.sequence(),
                        event.timeMillis());
            case EngineEvent.TriggerDecided decided ->
                tx.send(
                        DECIDE_TRIGGER,
                        decided.ref().orderId(),
                        decided.fired(),
                        decided.referenceTicks(),
                        decided.triggerTicks(),
                        decided.extremeTicks(),
                        event.sequence(),
                        event.timeMillis(),
                        OrderStatus.ORDER_STATUS_OPEN.name());
            case EngineEvent.OrderRepriced repriced ->
                tx.send(
                        REPRICE_ORDER,
                        repriced.ref().orderId(),
                        repriced.priceTicks(),
                        event.sequence(),
                        event.timeMillis());
            case EngineEvent.OrderSized sized ->
                tx.send(
                        SIZE_ORDER,
                        sized.ref().orderId(),
                        sized.remainingLots(),
                        sized.exitMillis(),
                        sized.activated(),
                        OrderStatus.ORDER_STATUS_OPEN.name(),
                        OrderStatus.ORDER_STATUS_UNTRIGGERED.name(),
                        event.sequence(),
                        event.timeMillis());
            case EngineEvent.AuctionOpened opened ->
                enterAuction(
                        tx,
                        event,
                        opened.taker(),
                        opened.auctionId(),
                        opened.arrivalTicks(),
                        Wire.arrivalSource(opened));
            case EngineEvent.QuoteEntered entered ->
                enterAuction(
                        tx, event, entered.ref(), entered.auctionId(), 0, ArrivalSource.ARRIVAL_SOURCE_UNSPECIFIED);
            case EngineEvent.AuctionEnded ended ->
                tx.send(
                        END_AUCTION,
                        ended.taker().orderId(),
                        OrderStatus.ORDER_STATUS_IN_AUCTION.name(),
                        OrderStatus.ORDER_STATUS_OPEN.name(),
                        event.sequence(),
                        event.timeMillis());
            case EngineEvent.AlgoAccepted accepted -> AlgoRows.accept(tx, accepted);
            case EngineEvent.AlgoSliced sliced -> AlgoRows.slice(tx, sliced);
            case EngineEvent.AlgoEnded ended -> AlgoRows.end(tx, ended);
            case EngineEvent.OrderCancelled _ -> throw new IllegalArgumentException("written with others of its kind");
            case EngineEvent.OrderRefused _ -> {
                // A refused order is not stored.
            }
            case EngineEvent.SettlementSubmitted sent ->
                settle(tx, event, sent.tradeIds(), FillSettlement.FILL_SETTLEMENT_SENT, sent.signature(), 0);
            case EngineEvent.SettlementConfirmed confirmed ->
                settle(
                        tx,
                        event,
                        confirmed.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_CONFIRMED,
                        confirmed.signature(),
                        confirmed.slot());
            case EngineEvent.SettlementReverted reverted ->
                settle(tx, event, reverted.tradeIds(), FillSettlement.FILL_SETTLEMENT_PENDING, reverted.signature(), 0);
            case EngineEvent.OrderSettled settled ->
                tx.send(
                        SETTLE_ORDER,
                        settled.ref().orderId(),
                        OrderStatus.ORDER_STATUS_FILLED.name(),
                        OrderStatus.ORDER_STATUS_SETTLED.name(),
                        event.sequence(),
                        event.timeMillis());
        }
    }

    private static void joinBracket(Database.Tx tx, EngineEvent.OrderAccepted accepted) throws InterruptedException {
        BracketLeg leg = accepted.leg();
        tx.send(
                OF_BRACKET,
                accepted.ref().orderId(),
                leg.bracketId(),
                leg.role().name(),
                leg.legs(),
                leg.exitAtMillis(),
                leg.exitAfterMillis());
    }

    private static void insertFillsOfBoth(Database.Tx tx, EngineEvent.Trade trade) throws InterruptedException {
        insertFill(tx, trade, trade.maker(), Liquidity.LIQUIDITY_MAKER, trade.makerRemainingLots());
        insertFill(tx, trade, trade.taker(), Liquidity.LIQUIDITY_TAKER, trade.takerRemainingLots());
        tx.send(
                TAKE,
                trade.taker().orderId(),
                trade.priceTicks(),
                trade.lots(),
                trade.takerSide().signed(1),
                ArrivalSource.ARRIVAL_SOURCE_BOOK.name());
    }

    private static void enterAuction(
            Database.Tx tx, EngineEvent event, OrderRef ref, long auctionId, long arrivalTicks, ArrivalSource source)
            throws InterruptedException {
        tx.send(
                ENTER_AUCTION,
                ref.orderId(),
                auctionId,
                arrivalTicks,
                source.name(),
                OrderStatus.ORDER_STATUS_IN_AUCTION.name(),
                event.sequence(),
                event.timeMillis());
    }

    private static void insertFill(
            Database.Tx tx, EngineEvent.Trade trade, OrderRef ref, Liquidity liquidity, long remainingLots)
            throws InterruptedException {
        OrderStatus status =
                remainingLots == 0 ? OrderStatus.ORDER_STATUS_FILLED : OrderStatus.ORDER_STATUS_PARTIALLY_FILLED;
        tx.send(
                INSERT_FILL,
                trade.tradeId(),
                ref.orderId(),
                ref.account().toString(),
                liquidity.name(),
                trade.priceTicks(),
                trade.lots(),
                trade.timeMillis(),
                FillSettlement.FILL_SETTLEMENT_PENDING.name());
        tx.send(
                FILL_ORDER,
                ref.orderId(),
                trade.lots(),
                Math.multiplyExact(trade.priceTicks(), trade.lots()),
                status.name(),
                trade.sequence(),
                trade.timeMillis());
        AlgoRows.fill(tx, trade, ref);
    }

    private static void settle(
            Database.Tx tx, EngineEvent event, long[] tradeIds, FillSettlement settlement, byte[] signature, long slot)
            throws InterruptedException {
        Long[] trades = java.util.Arrays.stream(tradeIds).boxed().toArray(Long[]::new);
        tx.send(SETTLE_FILLS, trades, settlement.name(), Base58.encode(signature), slot);
        tx.send(TOUCH_ORDERS, trades, event.sequence(), event.timeMillis());
    }

    private interface Blocking<T> {
        T run() throws Exception;
    }

    /** A sink's failures are repeated by its follower: they only have to be unchecked. */
    private static <T> T unchecked(Blocking<T> work) {
        try {
            return work.run();
        } catch (RuntimeException failed) {
            throw failed;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing the projection", stopped);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
