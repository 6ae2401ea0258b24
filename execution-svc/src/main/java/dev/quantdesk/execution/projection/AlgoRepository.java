package dev.quantdesk.execution.projection;

import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.view.AlgoWire;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.Optional;

/** Reads algo orders back from their table. Every query runs as its account: row-level security hides all others. */
public final class AlgoRepository {
    private final Database database;
    private final Markets markets;

    /** @param database a pool under the role that row-level security applies to */
    public AlgoRepository(Database database, Markets markets) {
        this.database = database;
        this.markets = markets;
    }

    public Projected<Optional<AlgoOrder>> find(PublicKey account, long orderId) throws Exception {
        return first(account, "algo_orders.find", "order_id = $1", orderId);
    }

    public Projected<Optional<AlgoOrder>> findByClientOrderId(PublicKey account, String clientOrderId)
            throws Exception {
        return first(account, "algo_orders.find_by_client_order_id", "client_order_id = $1", clientOrderId);
    }

    /** The order of that name which was placed with exactly this intent of this signer. */
    public Optional<AlgoOrder> findByIntent(PublicKey account, String clientOrderId, byte[] intent, PublicKey signer)
            throws Exception {
        return first(
                        account,
                        "algo_orders.find_by_intent",
                        "client_order_id = $1 AND intent = $2 AND signer = $3",
                        clientOrderId,
                        Buffer.buffer(intent),
                        signer.toString())
                .value();
    }

    /** Up to {@code size} orders with ids below {@code beforeId}, newest first. */
    public Projected<List<AlgoOrder>> list(PublicKey account, long beforeId, int size) throws Exception {
        return query(account, "algo_orders.list", "order_id < $1", size, beforeId);
    }

    private Projected<Optional<AlgoOrder>> first(
            PublicKey account, String operation, String condition, Object... arguments) throws Exception {
        return query(account, operation, condition, 1, arguments)
                .map(found -> found.stream().findFirst());
    }

    private Projected<List<AlgoOrder>> query(
            PublicKey account, String operation, String condition, int size, Object... arguments) throws Exception {
        return database.inTransaction(
                operation,
                account.toString(),
                tx -> Projected.newest(tx, "algo_orders", condition, size, arguments)
                        .map(rows -> rows.stream().map(this::order).toList()));
    }

    private AlgoOrder order(Row row) {
        return order(row, markets.byId(row.getInteger("market_id")).orElseThrow());
    }

    private static AlgoOrder order(Row row, Market market) {
        AlgoOrderStatus status = AlgoOrderStatus.valueOf(row.getString("status"));
        long childId = row.getLong("latest_child_order_id");
        long nextSlice = row.getLong("next_slice_millis");
        AlgoOrder.Builder order = AlgoOrder.newBuilder()
                .setAlgoOrderId(Long.toString(row.getLong("order_id")))
                .setClientOrderId(row.getString("client_order_id"))
                .setAccount(row.getString("account"))
                .setMarket(market.symbol())
                .setSide(Side.valueOf(row.getString("side")))
                .setPrice(market.price(row.getLong("price_ticks")))
                .setQuantity(market.quantity(row.getLong("quantity_lots")))
                .setReduceOnly(row.getBoolean("reduce_only"))
                .setSelfTradePrevention(SelfTradePrevention.valueOf(row.getString("self_trade_prevention")))
                .setStatus(status)
                .setCancelReason(CancelReason.valueOf(row.getString("cancel_reason")))
                .setChildOrders(row.getInteger("child_orders"))
                .setLatestChildOrderId(childId == 0 ? "" : Long.toString(childId))
                .setSequence(row.getLong("sequence"))
                .setCreateTime(Wire.time(row.getLong("create_millis")))
                .setUpdateTime(Wire.time(row.getLong("update_millis")))
                .setTraceId(row.getString("trace_id"));
        AlgoWire.terms(terms(row), row.getBoolean("post_only"), row.getLong("expire_millis"), market, order);
        AlgoWire.progress(
                row.getLong("quantity_lots"),
                row.getLong("filled_lots"),
                row.getLong("filled_notional"),
                status != AlgoOrderStatus.ALGO_ORDER_STATUS_WORKING,
                market,
                order);
        return (nextSlice == 0 ? order : order.setNextSliceTime(Wire.time(nextSlice))).build();
    }

    private static AlgoTerms terms(Row row) {
        int sizeRandomBps = row.getInteger("size_random_bps");
        long seed = row.getLong("seed");
        long durationMillis = row.getLong("duration_millis");
        return durationMillis == 0
                ? new AlgoTerms.Iceberg(row.getLong("visible_lots"), sizeRandomBps, seed)
                : new AlgoTerms.Twap(
                        durationMillis,
                        row.getLong("interval_millis"),
                        sizeRandomBps,
                        row.getInteger("time_random_bps"),
                        seed);
    }
}
