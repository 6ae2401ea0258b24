package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.engine.BracketLeg;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads orders back from the tables. Every query runs as its account: row-level security hides all others. */
public final class OrderRepository {
    private static final int FILLS_MAX = 100;

    private final Database database;
    private final Markets markets;

    /** @param database a pool under the role that row-level security applies to */
    public OrderRepository(Database database, Markets markets) {
        this.database = database;
        this.markets = markets;
    }

    public Projected<Optional<Order>> find(PublicKey account, long orderId) throws Exception {
        return query(account, "orders.find", "order_id = $1", orderId);
    }

    public Projected<Optional<Order>> findByClientOrderId(PublicKey account, String clientOrderId) throws Exception {
        return query(account, "orders.find_by_client_order_id", "client_order_id = $1", clientOrderId);
    }

    /** The order of that name which was placed with exactly this intent of this signer. */
    public Optional<Order> findByIntent(PublicKey account, String clientOrderId, byte[] intent, PublicKey signer)
            throws Exception {
        return query(
                        account,
                        "orders.find_by_intent",
                        "client_order_id = $1 AND intent = $2 AND signer = $3",
                        clientOrderId,
                        Buffer.buffer(intent),
                        signer.toString())
                .value();
    }

    /** Up to {@code size} orders with ids below {@code beforeId}, newest first. */
    public Projected<List<Order>> list(PublicKey account, long beforeId, int size) throws Exception {
        return database.inTransaction("orders.list", account.toString(), tx -> {
            Projected<List<Row>> rows = Projected.newest(
                    tx, "orders", "account = $1 AND order_id < $2", size, account.toString(), beforeId);
            List<Order> orders = new ArrayList<>();
            for (Row row : rows.value()) {
                Market market = markets.byId(row.getInteger("market_id")).orElseThrow();
                Order.Builder order = order(row, market);
                if (row.getLong("filled_lots") > 0) {
                    fills(tx, row.getLong("order_id"), market).forEach(order::addFills);
                }
                orders.add(order.build());
            }
            return rows.map(_ -> orders);
        });
    }

    private Projected<Optional<Order>> query(PublicKey account, String operation, String condition, Object... arguments)
            throws Exception {
        return database.inTransaction(operation, account.toString(), tx -> {
            Projected<List<Row>> rows = Projected.newest(tx, "orders", condition, 1, arguments);
            if (rows.value().isEmpty()) {
                return rows.map(_ -> Optional.empty());
            }
            Row row = rows.value().getFirst();
            Market market = markets.byId(row.getInteger("market_id")).orElseThrow();
            Order.Builder order = order(row, market);
            fills(tx, row.getLong("order_id"), market).forEach(order::addFills);
            return rows.map(_ -> Optional.of(order.build()));
        });
    }

    private static Order.Builder order(Row row, Market market) {
        long filled = row.getLong("filled_lots");
        long expireMillis = row.getLong("expire_millis");
        Order.Builder order = Order.newBuilder()
                .setOrderId(Long.toString(row.getLong("order_id")))
                .setClientOrderId(row.getString("client_order_id"))
                .setAccount(row.getString("account"))
                .setMarket(market.symbol())
                .setSide(Side.valueOf(row.getString("side")))
                .setType(OrderType.valueOf(row.getString("type")))
                .setTimeInForce(TimeInForce.valueOf(row.getString("time_in_force")))
                .setPrice(market.price(row.getLong("price_ticks")))
                .setQuantity(market.quantity(row.getLong("quantity_lots")))
                .setFilledQuantity(market.quantity(filled))
                .setAveragePrice(filled == 0 ? "" : market.averagePrice(row.getLong("filled_notional"), filled))
                .setPostOnly(row.getBoolean("post_only"))
                .setReduceOnly(row.getBoolean("reduce_only"))
                .setStatus(OrderStatus.valueOf(row.getString("status")))
                .setCancelReason(CancelReason.valueOf(row.getString("cancel_reason")))
                .setSequence(row.getLong("sequence"))
                .setCreateTime(Wire.time(row.getLong("create_millis")))
                .setUpdateTime(Wire.time(row.getLong("update_millis")))
                .setTraceId(row.getString("trace_id"))
                .setPostOnlySlide(row.getBoolean("post_only_slide"))
                .setSelfTradePrevention(SelfTradePrevention.valueOf(row.getString("self_trade_prevention")));
        prices(row, market, order);
        bracket(row, market, order);
        auction(row, market, order);
        Long parentId = row.getLong("parent_order_id");
        order.setParentOrderId(parentId == null ? "" : Long.toString(parentId));
        return expireMillis == 0 ? order : order.setExpireTime(Wire.time(expireMillis));
    }

    private static void prices(Row row, Market market, Order.Builder order) {
        Trigger.Kind kind = Trigger.Kind.valueOf(row.getString("trigger_kind"));
        PriceSource source = PriceSource.valueOf(row.getString("price_source"));
        Long offset = row.getLong("peg_offset_ticks");
        Wire.prices(
                new Trigger(kind, source, row.getLong("trigger_value")),
                offset == null ? Peg.NONE : new Peg(true, source, offset),
                row.getLong("price_limit_ticks"),
                market,
                order);
        Boolean fired = row.getBoolean("trigger_fired");
        if (fired != null) {
            order.setTriggerDecision(Wire.decision(
                    fired,
                    row.getLong("decision_reference_ticks"),
                    row.getLong("decision_trigger_ticks"),
                    row.getLong("decision_best_ticks"),
                    row.getLong("decision_millis"),
                    market));
        }
    }

    private static void bracket(Row row, Market market, Order.Builder order) {
        Long bracketId = row.getLong("bracket_id");
        if (bracketId == null) {
            return;
        }
        BracketLeg leg = new BracketLeg(
                bracketId,
                LegRole.valueOf(row.getString("bracket_role")),
                row.getInteger("bracket_legs"),
                0,
                row.getLong("exit_after_millis"));
        order.setBracket(Wire.bracket(leg, row.getLong("exit_millis")));
        Long active = row.getLong("active_lots");
        if (active != null) {
            order.getBracketBuilder().setActiveQuantity(market.quantity(active));
        }
    }

    private static void auction(Row row, Market market, Order.Builder order) {
        long auctionId = row.getLong("auction_id");
        if (auctionId > 0) {
            order.setAuctionId(Long.toString(auctionId));
        }
        Wire.arrival(
                row.getLong("arrival_ticks"),
                ArrivalSource.valueOf(row.getString("arrival_source")),
                row.getLong("improved_tick_lots"),
                market,
                order);
    }

    private static List<Fill> fills(Database.Tx tx, long orderId, Market market) throws InterruptedException {
        List<Fill> fills = new ArrayList<>();
        for (Row row : tx.query(
                "SELECT * FROM execution.fills WHERE order_id = $1 ORDER BY trade_id DESC LIMIT " + FILLS_MAX,
                orderId)) {
            fills.add(Fill.newBuilder()
                    .setTradeId(Long.toString(row.getLong("trade_id")))
                    .setPrice(market.price(row.getLong("price_ticks")))
                    .setQuantity(market.quantity(row.getLong("lots")))
                    .setLiquidity(Liquidity.valueOf(row.getString("liquidity")))
                    .setTradeTime(Wire.time(row.getLong("trade_millis")))
                    .setSettlement(FillSettlement.valueOf(row.getString("settlement")))
                    .setSettlementSignature(row.getString("settlement_signature"))
                    .setSlot(row.getLong("slot"))
                    .build());
        }
        return fills.reversed();
    }
}
