package dev.quantdesk.execution.view;

import dev.quantdesk.execution.cluster.SavedListener;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Liquidity;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The orders of this node in memory, as the engine's events make them: those that are live, the latest that are not, and the
 * latest changes for streams that resume. Fed on the engine's thread; read by any. Messages are made by whoever asks for them.
 */
public final class OrderHub implements SavedListener {
    /** Closed and settled orders kept for reading without the database. */
    static final int CLOSED_MAX = 10_000;
    /** Changes kept for streams that resume. */
    static final int UPDATES_MAX = 8_192;
    /** Changes that wait for one subscriber. */
    static final int SUBSCRIBER_QUEUE_MAX = 1_024;

    static final Duration AWAIT_MAX = Duration.ofSeconds(2);

    /** 2: plain fields instead of messages. */
    private static final int SNAPSHOT_VERSION = 2;

    private final Markets markets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();
    private final KeptOrders orders = new KeptOrders(CLOSED_MAX);
    private final Feed<PublicKey, OrderSnapshot, ChangedOrder> feed =
            new Feed<>(lock, UPDATES_MAX, SUBSCRIBER_QUEUE_MAX, true);
    private long sequence;

    public OrderHub(Markets markets) {
        this.markets = markets;
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onEvent(EngineEvent event, boolean replaying) {
        lock.lock();
        try {
            apply(event);
            sequence = event.sequence();
            advanced.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String name() {
        return "order-hub";
    }

    /** Without the latest changes: streams that want to resume before the snapshot begin anew. */
    @Override
    public void save(SnapshotWriter out) {
        locked(() -> orders.save(out.section(name(), SNAPSHOT_VERSION).int64(sequence)));
    }

    @Override
    public void load(SnapshotReader in) {
        locked(() -> {
            in.section(name(), SNAPSHOT_VERSION);
            sequence = in.int64();
            feed.forget(sequence);
            orders.load(in, this::market);
        });
    }

    @Override
    public void clear() {
        locked(() -> {
            orders.clear();
            feed.forget(0);
            sequence = 0;
        });
    }

    private Market market(int marketId) {
        return markets.byId(marketId).orElseThrow();
    }

    private void apply(EngineEvent event) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> {
                OrderView order = new OrderView(accepted, market(accepted.marketId()));
                orders.add(order);
                publish(OrderChange.ORDER_CHANGE_ACCEPTED, order, null);
            }
            case EngineEvent.Trade trade -> trade(trade);
            case EngineEvent.OrderCancelled cancelled -> {
                change(cancelled.ref(), OrderChange.ORDER_CHANGE_CANCELLED, order -> order.cancel(cancelled));
                orders.retireIfDone(orders.live(cancelled.ref().orderId()));
            }
            case EngineEvent.OrderAmended amended ->
                change(amended.ref(), OrderChange.ORDER_CHANGE_AMENDED, order -> order.amend(amended));
            case EngineEvent.TriggerDecided decided ->
                change(decided.ref(), OrderChange.ORDER_CHANGE_TRIGGER_DECIDED, order -> order.decide(decided));
            case EngineEvent.OrderRepriced repriced ->
                change(repriced.ref(), OrderChange.ORDER_CHANGE_REPRICED, order -> order.reprice(repriced));
            case EngineEvent.OrderSized sized ->
                change(
                        sized.ref(),
                        sized.activated() ? OrderChange.ORDER_CHANGE_ACTIVATED : OrderChange.ORDER_CHANGE_RESIZED,
                        order -> order.size(sized));
            case EngineEvent.AuctionOpened opened ->
                change(opened.taker(), OrderChange.ORDER_CHANGE_AUCTION_OPENED, order -> order.open(opened));
            case EngineEvent.QuoteEntered entered ->
                change(entered.ref(), OrderChange.ORDER_CHANGE_QUOTED, order -> order.quote(entered));
            case EngineEvent.AuctionEnded ended ->
                change(ended.taker(), OrderChange.ORDER_CHANGE_AUCTION_ENDED, order -> order.end(ended));
            case EngineEvent.OrderRefused _,
                    EngineEvent.AlgoAccepted _,
                    EngineEvent.AlgoSliced _,
                    EngineEvent.AlgoEnded _ -> {
                // Leave no trace among the orders.
            }
            case EngineEvent.SettlementSubmitted sent ->
                settle(sent, sent.tradeIds(), FillSettlement.FILL_SETTLEMENT_SENT, sent.signature(), 0);
            case EngineEvent.SettlementConfirmed confirmed ->
                settle(
                        confirmed,
                        confirmed.tradeIds(),
                        FillSettlement.FILL_SETTLEMENT_CONFIRMED,
                        confirmed.signature(),
                        confirmed.slot());
            case EngineEvent.SettlementReverted reverted ->
                settle(reverted, reverted.tradeIds(), FillSettlement.FILL_SETTLEMENT_PENDING, reverted.signature(), 0);
            case EngineEvent.OrderSettled settled ->
                orders.find(settled.ref().orderId()).ifPresent(order -> {
                    order.settled(settled);
                    publish(OrderChange.ORDER_CHANGE_SETTLED, order, null);
                    orders.retireIfDone(order);
                });
        }
    }

    private void change(OrderRef ref, OrderChange change, Consumer<OrderView> step) {
        OrderView order = orders.live(ref.orderId());
        step.accept(order);
        publish(change, order, null);
    }

    private void trade(EngineEvent.Trade trade) {
        KeptOrders.Traded traded = orders.add(trade);
        OrderFill makerFill = traded.maker().fill(trade, Liquidity.LIQUIDITY_MAKER, trade.makerRemainingLots());
        publish(OrderChange.ORDER_CHANGE_FILLED, traded.maker(), makerFill);
        OrderFill takerFill = traded.taker().fill(trade, Liquidity.LIQUIDITY_TAKER, trade.takerRemainingLots());
        publish(OrderChange.ORDER_CHANGE_FILLED, traded.taker(), takerFill);
    }

    private void settle(EngineEvent event, long[] tradeIds, FillSettlement settlement, byte[] signature, long slot) {
        for (long tradeId : tradeIds) {
            orders.traded(tradeId).ifPresent(traded -> {
                for (OrderView order : List.of(traded.maker(), traded.taker())) {
                    OrderFill fill = order.settle(event, tradeId, settlement, signature, slot);
                    publish(settlementChange(settlement), order, fill);
                    orders.retireIfDone(order);
                }
                if (settlement == FillSettlement.FILL_SETTLEMENT_CONFIRMED) {
                    orders.confirmed(tradeId);
                }
            });
        }
    }

    private static OrderChange settlementChange(FillSettlement settlement) {
        return switch (settlement) {
            case FILL_SETTLEMENT_SENT -> OrderChange.ORDER_CHANGE_SETTLEMENT_SENT;
            case FILL_SETTLEMENT_CONFIRMED -> OrderChange.ORDER_CHANGE_SETTLEMENT_CONFIRMED;
            default -> OrderChange.ORDER_CHANGE_SETTLEMENT_REVERTED;
        };
    }

    private void publish(OrderChange change, OrderView order, OrderFill fill) {
        feed.publish(order.account(), order.sequence(), new ChangedOrder(change, order.copy(), fill));
    }

    /** An order of {@code account}, as long as it is kept here. */
    public Optional<Order> find(PublicKey account, long orderId) {
        return locked(() -> orders.find(orderId)
                        .filter(order -> order.account().equals(account))
                        .map(OrderView::copy))
                .map(OrderView::toProto);
    }

    /**
     * An order of {@code account} as it was when the event {@code sequence} had arrived, whatever has become of it since; nothing
     * where that is no longer kept.
     */
    public Optional<Order> findAt(long sequence, PublicKey account, long orderId) {
        return locked(() -> orders.find(orderId)
                        .filter(order -> order.account().equals(account) && order.sequence() <= sequence)
                        .map(OrderView::copy)
                        .or(() -> feed.last(
                                        sequence,
                                        account,
                                        change -> change.order().orderId() == orderId)
                                .map(ChangedOrder::order)))
                .map(OrderView::toProto);
    }

    /** An order of {@code account} by the client's name for it, as long as it is kept here. */
    public Optional<Order> find(PublicKey account, String clientOrderId) {
        return locked(() -> orders.find(account, clientOrderId).map(OrderView::copy))
                .map(OrderView::toProto);
    }

    /**
     * The sequence of the last change of any order that is no longer kept here, 0 while all are: what memory lacks is in tables that are
     * as far.
     */
    public long forgottenSequence() {
        return locked(orders::forgottenSequence);
    }

    /** Whether an order of {@code account} with that name is kept here. */
    public boolean knows(PublicKey account, String clientOrderId) {
        return locked(() -> orders.find(account, clientOrderId).isPresent());
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
        return locked(() -> orders.find(orderId)
                .filter(order -> order.account().equals(account) && order.isOpen())
                .map(OrderView::live));
    }

    /** An open order of {@code account} by the client's name for it. */
    public Optional<Live> live(PublicKey account, String clientOrderId) {
        return locked(() ->
                orders.find(account, clientOrderId).filter(OrderView::isOpen).map(OrderView::live));
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
    public Subscription<OrderSnapshot, ChangedOrder> subscribe(PublicKey account, long resumeFrom) {
        return locked(() -> resumeFrom > 0
                ? feed.resume(account, resumeFrom, sequence)
                : feed.begin(account, snapshot(sequence, orders.liveOf(account))));
    }

    private static Supplier<OrderSnapshot> snapshot(long sequence, List<OrderView> live) {
        return () -> OrderSnapshot.newBuilder()
                .setSequence(sequence)
                .addAllOrders(live.stream().map(OrderView::toProto).toList())
                .build();
    }
}
