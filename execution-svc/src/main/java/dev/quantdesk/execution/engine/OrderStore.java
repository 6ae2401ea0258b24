package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;

/** Every account, and every order that is open, waits for settlement, or was closed recently. */
final class OrderStore {
    private final EngineLimits limits;
    private final Map<PublicKey, Account> accounts = new HashMap<>();
    private final Long2ObjectHashMap<LiveOrder> orders = new Long2ObjectHashMap<>();
    private final ArrayDeque<LiveOrder> closed = new ArrayDeque<>();
    private long lastOrderId;
    private int openOrders;

    OrderStore(EngineLimits limits) {
        this.limits = limits;
    }

    /** The account, or null when it has never placed an order. */
    Account account(PublicKey key) {
        return accounts.get(key);
    }

    LiveOrder order(long orderId) {
        return orders.get(orderId);
    }

    /** The account's order with this id, or when that is 0 with that client order id; null where it has none. */
    LiveOrder find(Account account, long orderId, String clientOrderId) {
        if (orderId == 0) {
            return account.ordersByClientId.get(clientOrderId);
        }
        LiveOrder order = orders.get(orderId);
        return order != null && order.account == account ? order : null;
    }

    /** Assigns the next id. The caller has made sure there is room. */
    LiveOrder create(Command.PlaceOrder request, long priceTicks, Market market) {
        Account account = accounts.computeIfAbsent(request.account(), key -> new Account(key, request.owner()));
        LiveOrder order = new LiveOrder(++lastOrderId, request, priceTicks, account, market);
        orders.put(order.orderId(), order);
        account.ordersByClientId.put(request.clientOrderId(), order);
        return order;
    }

    /** Assigns an id to what is no order itself, but has orders as its children. */
    long takeId() {
        return ++lastOrderId;
    }

    /** The position of an account, which is one from now on. */
    Position position(Command.PlaceOrder order, Market market) {
        return accounts.computeIfAbsent(order.account(), key -> new Account(key, order.owner()))
                .position(market.rules().marketId());
    }

    void opened(LiveOrder order) {
        openOrders++;
        order.account.openOrders++;
        order.account.openOrdersById.put(order.orderId(), order);
    }

    void noLongerOpen(LiveOrder order) {
        openOrders--;
        order.account.openOrders--;
        order.account.openOrdersById.remove(order.orderId());
    }

    /** Nothing more will happen to the order: it is remembered until enough others have been retired after it. */
    void retire(LiveOrder order) {
        closed.add(order);
        if (closed.size() > limits.closedOrders()) {
            LiveOrder oldest = closed.remove();
            orders.remove(oldest.orderId());
            oldest.account.ordersByClientId.remove(oldest.request.clientOrderId());
        }
    }

    int openOrders() {
        return openOrders;
    }

    long lastOrderId() {
        return lastOrderId;
    }

    /** In no particular order: for sums only. */
    Collection<Account> accounts() {
        return accounts.values();
    }

    /** In no particular order: for sums only. */
    Collection<LiveOrder> orders() {
        return orders.values();
    }

    /** Oldest first. */
    Iterable<LiveOrder> closed() {
        return closed;
    }
}
