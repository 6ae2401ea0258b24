package dev.quantdesk.execution.view;

import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.CommandCodec;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Fill;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The orders of this node in memory, as the engine's events make them: those that are live, the latest that are not, and the
 * latest changes for streams that resume. Fed on the engine's thread; read by any.
 */
public final class OrderHub implements SavedListener {
    /** Closed and settled orders kept for reading without the database. */
    static final int CLOSED_MAX = 10_000;
    /** Changes kept for streams that resume. */
    static final int UPDATES_MAX = 8_192;
    /** Changes that wait for one subscriber. */
    static final int SUBSCRIBER_QUEUE_MAX = 1_024;

    static final Duration AWAIT_MAX = Duration.ofSeconds(2);

    private final Markets markets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();
    private final Map<Long, OrderView> live = new HashMap<>();
    private final Map<PublicKey, Map<Long, OrderView>> liveByAccount = new HashMap<>();
    private final Map<Long, OrderView> closed = new LinkedHashMap<>();
    private final Map<ClientOrder, Long> byClientOrderId = new HashMap<>();
    private final Map<Long, long[]> ordersOfTrade = new HashMap<>();
    private final Deque<AccountUpdate> updates = new ArrayDeque<>();
    private final Map<PublicKey, List<Subscription>> subscriptions = new HashMap<>();
    private final ReplayedTail replayedTail = new ReplayedTail(UPDATES_MAX);
    private boolean publishing = true;
    private long droppedSequence;
    private long sequence;

    private record ClientOrder(PublicKey account, String clientOrderId) {}

    private record AccountUpdate(PublicKey account, OrderUpdate update) {}

    public OrderHub(Markets markets) {
        this.markets = markets;
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        lock.lock();
        try {
            if (replaying) {
                replayedTail.add(event, this::applyUnseen);
                return;
            }
            replayedTail.drain(this::take);
            take(event);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onLive(long liveSequence) {
        lock.lock();
        try {
            replayedTail.drain(this::take);
        } finally {
            lock.unlock();
        }
    }

    private void take(EngineEvent event) {
        apply(event);
        sequence = event.sequence();
        advanced.signalAll();
    }

    /** Of an event so far back that no stream can resume before it, nobody will see the changes. */
    private void applyUnseen(EngineEvent event) {
        publishing = false;
        take(event);
        publishing = true;
        droppedSequence = event.sequence();
    }

    @Override
    public String name() {
        return "order-hub";
    }

    /** Without the latest changes: streams that want to resume before the snapshot begin anew. */
    @Override
    public void save(SnapshotWriter out) {
        lock.lock();
        try {
            replayedTail.drain(this::take);
            UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
            out.section(name(), 1).int64(sequence).int32(live.size());
            live.values().forEach(order -> order.save(out, scratch));
            out.int32(closed.size());
            closed.values().forEach(order -> order.save(out, scratch));
            out.int32(ordersOfTrade.size());
            ordersOfTrade.forEach(
                    (trade, orders) -> out.int64(trade).int64(orders[0]).int64(orders[1]));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void load(SnapshotReader in) {
        lock.lock();
        try {
            UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
            in.section(name(), 1);
            sequence = in.int64();
            droppedSequence = sequence;
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                addLive(OrderView.load(in, scratch, this::market));
            }
            for (int left = in.count(CLOSED_MAX); left > 0; left--) {
                OrderView order = OrderView.load(in, scratch, this::market);
                closed.put(order.orderId(), order);
                byClientOrderId.merge(
                        new ClientOrder(order.account(), order.clientOrderId()), order.orderId(), Math::max);
            }
            for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
                ordersOfTrade.put(in.int64(), new long[] {in.int64(), in.int64()});
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void clear() {
        lock.lock();
        try {
            List.of(live, liveByAccount, closed, byClientOrderId, ordersOfTrade).forEach(Map::clear);
            updates.clear();
            replayedTail.clear();
            droppedSequence = 0;
            sequence = 0;
        } finally {
            lock.unlock();
        }
    }

    private Market market(int marketId) {
        return markets.byId(marketId).orElseThrow();
    }

    private void addLive(OrderView order) {
        live.put(order.orderId(), order);
        liveByAccount.computeIfAbsent(order.account(), _ -> new TreeMap<>()).put(order.orderId(), order);
        byClientOrderId.put(new ClientOrder(order.account(), order.clientOrderId()), order.orderId());
    }

    private void apply(EngineEvent event) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> accept(accepted);
            case EngineEvent.Trade trade -> trade(trade);
            case EngineEvent.OrderCancelled cancelled -> {
                OrderView order = live.get(cancelled.ref().orderId());
                order.cancel(cancelled);
                publish(event, order, OrderChange.ORDER_CHANGE_CANCELLED, null);
                retireIfDone(order);
            }
            case EngineEvent.OrderAmended amended ->
                change(event, amended.ref(), OrderChange.ORDER_CHANGE_AMENDED, order -> order.amend(amended));
            case EngineEvent.TriggerDecided decided ->
                change(event, decided.ref(), OrderChange.ORDER_CHANGE_TRIGGER_DECIDED, order -> order.decide(decided));
            case EngineEvent.OrderRepriced repriced ->
                change(event, repriced.ref(), OrderChange.ORDER_CHANGE_REPRICED, order -> order.reprice(repriced));
            case EngineEvent.OrderSized sized ->
                change(
                        event,
                        sized.ref(),
                        sized.activated() ? OrderChange.ORDER_CHANGE_ACTIVATED : OrderChange.ORDER_CHANGE_RESIZED,
                        order -> order.size(sized));
            case EngineEvent.AuctionOpened opened ->
                change(event, opened.taker(), OrderChange.ORDER_CHANGE_AUCTION_OPENED, order -> order.open(opened));
            case EngineEvent.QuoteEntered entered ->
                change(event, entered.ref(), OrderChange.ORDER_CHANGE_QUOTED, order -> order.quote(entered));
            case EngineEvent.AuctionEnded ended ->
                change(event, ended.taker(), OrderChange.ORDER_CHANGE_AUCTION_ENDED, order -> order.end(ended));
            case EngineEvent.OrderRefused _,
                    EngineEvent.AlgoAccepted _,
                    EngineEvent.AlgoSliced _,
                    EngineEvent.AlgoEnded _ -> {
                // Leave no trace among the orders.
            }
            case EngineEvent.SettlementSubmitted sent ->
                settle(
                        event,
                        sent.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_SENT,
                        sent.signature(),
                        0,
                        OrderChange.ORDER_CHANGE_SETTLEMENT_SENT);
            case EngineEvent.SettlementConfirmed confirmed ->
                settle(
                        event,
                        confirmed.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_CONFIRMED,
                        confirmed.signature(),
                        confirmed.slot(),
                        OrderChange.ORDER_CHANGE_SETTLEMENT_CONFIRMED);
            case EngineEvent.SettlementReverted reverted ->
                settle(
                        event,
                        reverted.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_PENDING,
                        reverted.signature(),
                        0,
                        OrderChange.ORDER_CHANGE_SETTLEMENT_REVERTED);
            case EngineEvent.OrderSettled settled -> {
                OrderView order = find(settled.ref().orderId());
                if (order != null) {
                    order.settled(settled);
                    publish(event, order, OrderChange.ORDER_CHANGE_SETTLED, null);
                    retireIfDone(order);
                }
            }
        }
    }

    private void change(EngineEvent event, OrderRef ref, OrderChange change, Consumer<OrderView> step) {
        OrderView order = live.get(ref.orderId());
        step.accept(order);
        publish(event, order, change, null);
    }

    private void accept(EngineEvent.OrderAccepted accepted) {
        OrderView order = new OrderView(accepted, market(accepted.marketId()));
        addLive(order);
        publish(accepted, order, OrderChange.ORDER_CHANGE_ACCEPTED, null);
    }

    private void trade(EngineEvent.Trade trade) {
        ordersOfTrade.put(
                trade.tradeId(),
                new long[] {trade.maker().orderId(), trade.taker().orderId()});
        OrderView maker = live.get(trade.maker().orderId());
        Fill makerFill = maker.fill(trade, Liquidity.LIQUIDITY_MAKER, trade.makerRemainingLots());
        publish(trade, maker, OrderChange.ORDER_CHANGE_FILLED, makerFill);
        OrderView taker = live.get(trade.taker().orderId());
        Fill takerFill = taker.fill(trade, Liquidity.LIQUIDITY_TAKER, trade.takerRemainingLots());
        publish(trade, taker, OrderChange.ORDER_CHANGE_FILLED, takerFill);
    }

    private void settle(
            EngineEvent event,
            long[] tradeIds,
            FillSettlement settlement,
            byte[] signature,
            long slot,
            OrderChange change) {
        for (long tradeId : tradeIds) {
            long[] orders = settlement == FillSettlement.FILL_SETTLEMENT_CONFIRMED
                    ? ordersOfTrade.remove(tradeId)
                    : ordersOfTrade.get(tradeId);
            if (orders == null) {
                continue;
            }
            for (long orderId : orders) {
                OrderView order = find(orderId);
                Fill fill = order.settle(event, tradeId, settlement, signature, slot);
                publish(event, order, change, fill);
                retireIfDone(order);
            }
        }
    }

    private OrderView find(long orderId) {
        OrderView order = live.get(orderId);
        return order == null ? closed.get(orderId) : order;
    }

    private void retireIfDone(OrderView order) {
        if (order.isLive() || live.remove(order.orderId()) == null) {
            return;
        }
        liveByAccount.computeIfPresent(order.account(), (_, orders) -> {
            orders.remove(order.orderId());
            return orders.isEmpty() ? null : orders;
        });
        closed.put(order.orderId(), order);
        if (closed.size() > CLOSED_MAX) {
            OrderView eldest = closed.remove(closed.keySet().iterator().next());
            byClientOrderId.remove(new ClientOrder(eldest.account(), eldest.clientOrderId()), eldest.orderId());
        }
    }

    private void publish(EngineEvent event, OrderView order, OrderChange change, Fill fill) {
        if (!publishing) {
            return;
        }
        OrderUpdate.Builder update = OrderUpdate.newBuilder()
                .setSequence(event.sequence())
                .setChange(change)
                .setOrder(order.toProto());
        if (fill != null) {
            update.setFill(fill);
        }
        AccountUpdate accountUpdate = new AccountUpdate(order.account(), update.build());
        updates.add(accountUpdate);
        if (updates.size() > UPDATES_MAX) {
            droppedSequence = updates.removeFirst().update().getSequence();
        }
        for (Subscription subscription : subscriptions.getOrDefault(order.account(), List.of())) {
            subscription.offer(accountUpdate.update());
        }
    }

    /** An order of {@code account}, as long as it is kept here. */
    public Optional<Order> find(PublicKey account, long orderId) {
        lock.lock();
        try {
            return Optional.ofNullable(find(orderId))
                    .filter(order -> order.account().equals(account))
                    .map(OrderView::toProto);
        } finally {
            lock.unlock();
        }
    }

    /**
     * An open order with what the engine knows of it.
     *
     * @param order as it was asked for, with its amendments
     * @param waiting whether it waits for its trigger
     * @param ofBracket whether it is a leg of a bracket
     */
    public record Live(
            long orderId,
            Market market,
            Command.PlaceOrder order,
            long filledLots,
            boolean waiting,
            boolean ofBracket) {}

    /** An open order of {@code account}. */
    public Optional<Live> live(PublicKey account, long orderId) {
        lock.lock();
        try {
            return Optional.ofNullable(live.get(orderId))
                    .filter(order -> order.account().equals(account) && order.isOpen())
                    .map(OrderView::live);
        } finally {
            lock.unlock();
        }
    }

    /** An open order of {@code account} by the client's name for it. */
    public Optional<Live> live(PublicKey account, String clientOrderId) {
        lock.lock();
        try {
            Long orderId = byClientOrderId.get(new ClientOrder(account, clientOrderId));
            return orderId == null ? Optional.empty() : live(account, orderId);
        } finally {
            lock.unlock();
        }
    }

    /** Whether an order of {@code account} with that name is kept here. */
    public boolean knows(PublicKey account, String clientOrderId) {
        lock.lock();
        try {
            return byClientOrderId.containsKey(new ClientOrder(account, clientOrderId));
        } finally {
            lock.unlock();
        }
    }

    /** An order of {@code account} by the client's name for it, as long as it is kept here. */
    public Optional<Order> find(PublicKey account, String clientOrderId) {
        lock.lock();
        try {
            Long orderId = byClientOrderId.get(new ClientOrder(account, clientOrderId));
            return orderId == null ? Optional.empty() : find(account, orderId);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the event {@code wanted} has arrived; it usually has. @return whether it has, after {@link #AWAIT_MAX} */
    public boolean awaitSequence(long wanted) throws InterruptedException {
        long left = AWAIT_MAX.toNanos();
        lock.lock();
        try {
            while (sequence < wanted && left > 0) {
                left = advanced.awaitNanos(left);
            }
            return sequence >= wanted;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Follows an account's orders.
     *
     * @param resumeFrom last sequence the caller has seen; changes of that sequence come again, for one event may touch
     *     several orders. 0 starts with a snapshot
     * @throws ApiException with {@link Reason#RESUME_EXPIRED} when the changes since are no longer kept
     */
    public Subscription subscribe(PublicKey account, long resumeFrom) {
        lock.lock();
        try {
            if (resumeFrom > 0 && (resumeFrom <= droppedSequence || resumeFrom > sequence)) {
                throw ApiException.refuse(
                                Reason.RESUME_EXPIRED, "Changes since sequence " + resumeFrom + " are not kept here.")
                        .with("resume_from_sequence", Long.toString(resumeFrom))
                        .with("oldest_sequence", Long.toString(droppedSequence + 1))
                        .with("newest_sequence", Long.toString(sequence))
                        .build();
            }
            OrderSnapshot snapshot = resumeFrom > 0 ? null : snapshot(account);
            Subscription subscription = new Subscription(account, snapshot, missed(account, resumeFrom));
            subscriptions.computeIfAbsent(account, _ -> new ArrayList<>()).add(subscription);
            return subscription;
        } finally {
            lock.unlock();
        }
    }

    private OrderSnapshot snapshot(PublicKey account) {
        OrderSnapshot.Builder snapshot = OrderSnapshot.newBuilder().setSequence(sequence);
        liveByAccount.getOrDefault(account, Map.of()).values().forEach(order -> snapshot.addOrders(order.toProto()));
        return snapshot.build();
    }

    private List<OrderUpdate> missed(PublicKey account, long resumeFrom) {
        return resumeFrom == 0
                ? List.of()
                : updates.stream()
                        .filter(each ->
                                each.account().equals(account) && each.update().getSequence() >= resumeFrom)
                        .map(AccountUpdate::update)
                        .toList();
    }

    /** One follower of an account's orders; read by one thread. */
    public final class Subscription implements AutoCloseable {
        private final PublicKey account;
        private final OrderSnapshot snapshot;
        private final List<OrderUpdate> missed;
        private final SubscriberQueue<OrderUpdate> queue = new SubscriberQueue<>(SUBSCRIBER_QUEUE_MAX);

        private Subscription(PublicKey account, OrderSnapshot snapshot, List<OrderUpdate> missed) {
            this.account = account;
            this.snapshot = snapshot;
            this.missed = missed;
        }

        /** The orders at the start; nothing for a stream that resumes. */
        public Optional<OrderSnapshot> snapshot() {
            return Optional.ofNullable(snapshot);
        }

        /** What a resuming stream had missed. */
        public List<OrderUpdate> missed() {
            return missed;
        }

        public BlockingQueue<OrderUpdate> queue() {
            return queue.updates();
        }

        private void offer(OrderUpdate update) {
            queue.offer(update);
        }

        /** @throws ApiException with {@link Reason#SLOW_CONSUMER} once a change could not be queued and all queued are read */
        public void checkComplete() {
            queue.checkComplete();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                subscriptions.computeIfPresent(account, (_, open) -> {
                    open.remove(this);
                    return open.isEmpty() ? null : open;
                });
            } finally {
                lock.unlock();
            }
        }
    }
}
