package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Every account, and every order that is open, waits for settlement, or was closed recently. */
final class OrderStore {
    private final EngineLimits limits;
    private final Map<PublicKey, Account> accounts = new HashMap<>();
    private final IdPages<LiveOrder> orders = new IdPages<>();
    private final ArrayDeque<LiveOrder> closed = new ArrayDeque<>();
    private long lastOrderId;
    private int openOrders;
    /** The account that was asked for last: one command asks for it again and again, by the same key. */
    private Account lastAccount;

    private PublicKey lastKey;

    OrderStore(EngineLimits limits) {
        this.limits = limits;
    }

    /** The account, or null when it has never placed an order. */
    Account account(PublicKey key) {
        if (key != lastKey || lastAccount == null) {
            lastAccount = accounts.get(key);
            lastKey = key;
        }
        return lastAccount;
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
        Account account = accountOf(request);
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
        return accountOf(order).position(market.rules().marketId());
    }

    private Account accountOf(Command.PlaceOrder order) {
        Account account = account(order.account());
        if (account == null) {
            account = new Account(order.account(), order.owner());
            accounts.put(account.key, account);
            lastAccount = account;
        }
        return account;
    }

    void opened(LiveOrder order) {
        openOrders++;
        order.account.openOrders++;
        order.account.openOrdersById.put(order.orderId(), order);
    }

    void noLongerOpen(LiveOrder order) {
        openOrders--;
        order.account.openOrders--;
        if (order.account.openOrdersById.remove(order.orderId()) == null) {
            throw new IllegalStateException("order " + order.orderId() + " is not open");
        }
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

    void save(SnapshotWriter out, SavedOrders saved) {
        out.section("accounts", 1).int32(accounts.size());
        for (Account account : accounts.values()) {
            account.save(out);
        }
        saved.writeBrackets(orders.values(), out);
        out.section("orders", 1).int64(lastOrderId).int32(orders.size());
        orders.forEach(order -> order.save(out, saved));
        out.section("closed", 1).int32(closed.size());
        closed.forEach(order -> out.int64(order.orderId()));
        out.section("reduce-only", 1);
        for (Account account : accounts.values()) {
            for (Position position : account.positions.values()) {
                position.restingReduceOnly().forEach(order -> out.int64(order.orderId()));
            }
        }
        out.int64(0);
    }

    void load(SnapshotReader in, SavedOrders saved) {
        in.section("accounts", 1);
        for (int left = in.count(limits.accounts()); left > 0; left--) {
            Account account = Account.load(in);
            accounts.put(account.key, account);
        }
        saved.readBrackets(in);
        in.section("orders", 1);
        lastOrderId = in.int64();
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            restore(LiveOrder.load(in, saved));
        }
        in.section("closed", 1);
        for (int left = in.count(limits.closedOrders()); left > 0; left--) {
            closed.add(known(in.int64()));
        }
        in.section("reduce-only", 1);
        for (long orderId = in.int64(); orderId != 0; orderId = in.int64()) {
            LiveOrder order = known(orderId);
            order.position.addReduceOnly(order);
        }
    }

    private void restore(LiveOrder order) {
        orders.put(order.orderId(), order);
        order.account.ordersByClientId.put(order.request.clientOrderId(), order);
        if (order.status.isOpen()) {
            opened(order);
            order.market.watch().restore(order);
        }
    }

    /** @throws SnapshotException when there is no such order */
    LiveOrder known(long orderId) {
        LiveOrder order = orders.get(orderId);
        if (order == null) {
            throw new SnapshotException("the snapshot names order " + orderId + ", which is not in it");
        }
        return order;
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
