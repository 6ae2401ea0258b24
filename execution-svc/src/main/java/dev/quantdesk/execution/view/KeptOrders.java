package dev.quantdesk.execution.view;

import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/** The live orders and the latest closed ones, by all that they are looked up by. Guarded by its {@link OrderHub}. */
final class KeptOrders {
    private final int closedMax;
    private final Long2ObjectHashMap<OrderView> live = new Long2ObjectHashMap<>();
    private final Map<PublicKey, Long2ObjectHashMap<OrderView>> liveByAccount = new HashMap<>();
    private final LinkedHashMap<Long, OrderView> closed = new LinkedHashMap<>();
    private final Map<ClientOrder, OrderView> byClientOrderId = new HashMap<>();
    private final Long2ObjectHashMap<Traded> unconfirmed = new Long2ObjectHashMap<>();
    private long forgottenSequence;

    private record ClientOrder(PublicKey account, String clientOrderId) {
        private static ClientOrder of(OrderView order) {
            return new ClientOrder(order.account(), order.clientOrderId());
        }
    }

    /** The orders of a trade. */
    record Traded(OrderView maker, OrderView taker) {}

    /** @param closedMax closed and settled orders kept */
    KeptOrders(int closedMax) {
        this.closedMax = closedMax;
    }

    void add(OrderView order) {
        live.put(order.orderId(), order);
        liveByAccount
                .computeIfAbsent(order.account(), _ -> new Long2ObjectHashMap<>())
                .put(order.orderId(), order);
        byClientOrderId.put(ClientOrder.of(order), order);
    }

    /** Moves an order to the closed ones if nothing can happen to it any more. */
    void retireIfDone(OrderView order) {
        if (order.isLive() || live.remove(order.orderId()) == null) {
            return;
        }
        liveByAccount.computeIfPresent(order.account(), (_, orders) -> {
            orders.remove(order.orderId());
            return orders.isEmpty() ? null : orders;
        });
        closed.put(order.orderId(), order);
        if (closed.size() > closedMax) {
            OrderView eldest = closed.pollFirstEntry().getValue();
            byClientOrderId.remove(ClientOrder.of(eldest), eldest);
            forgottenSequence = Math.max(forgottenSequence, eldest.sequence());
        }
    }

    /** The sequence of the last change of any order that is no longer kept, 0 while all are. */
    long forgottenSequence() {
        return forgottenSequence;
    }

    /** Keeps the orders of a trade until it is confirmed. */
    Traded add(EngineEvent.Trade trade) {
        Traded traded = new Traded(
                live.get(trade.maker().orderId()), live.get(trade.taker().orderId()));
        unconfirmed.put(trade.tradeId(), traded);
        return traded;
    }

    /** @return nothing for a trade that is confirmed already */
    Optional<Traded> traded(long tradeId) {
        return Optional.ofNullable(unconfirmed.get(tradeId));
    }

    void confirmed(long tradeId) {
        unconfirmed.remove(tradeId);
    }

    /** An order that is live; there must be one. */
    OrderView live(long orderId) {
        return live.get(orderId);
    }

    Optional<OrderView> find(long orderId) {
        OrderView order = live.get(orderId);
        return Optional.ofNullable(order == null ? closed.get(orderId) : order);
    }

    /** The latest that its client has given this name. */
    Optional<OrderView> find(PublicKey account, String clientOrderId) {
        return Optional.ofNullable(byClientOrderId.get(new ClientOrder(account, clientOrderId)));
    }

    /** Copies of an account's live orders, oldest first. */
    List<OrderView> liveOf(PublicKey account) {
        Long2ObjectHashMap<OrderView> orders = liveByAccount.get(account);
        return orders == null
                ? List.of()
                : orders.values().stream()
                        .sorted(Comparator.comparingLong(OrderView::orderId))
                        .map(OrderView::copy)
                        .toList();
    }

    void save(SnapshotWriter out) {
        UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
        out.int64(forgottenSequence).int32(live.size());
        live.values().forEach(order -> order.save(out, scratch));
        out.int32(closed.size());
        closed.values().forEach(order -> order.save(out, scratch));
        out.int32(unconfirmed.size());
        unconfirmed.forEachLong((tradeId, traded) -> out.int64(tradeId)
                .int64(traded.maker().orderId())
                .int64(traded.taker().orderId()));
    }

    /** Into one that is empty. */
    void load(SnapshotReader in, IntFunction<Market> markets) {
        UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
        forgottenSequence = in.int64();
        // Bounded by the engine, whose part of the snapshot came first.
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            add(OrderView.load(in, scratch, markets));
        }
        for (int left = in.count(closedMax); left > 0; left--) {
            OrderView order = OrderView.load(in, scratch, markets);
            closed.put(order.orderId(), order);
            byClientOrderId.merge(
                    ClientOrder.of(order), order, (one, other) -> one.orderId() > other.orderId() ? one : other);
        }
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            unconfirmed.put(in.int64(), new Traded(live.get(in.int64()), live.get(in.int64())));
        }
    }

    void clear() {
        List.of(live, liveByAccount, closed, byClientOrderId, unconfirmed).forEach(Map::clear);
        forgottenSequence = 0;
    }
}
