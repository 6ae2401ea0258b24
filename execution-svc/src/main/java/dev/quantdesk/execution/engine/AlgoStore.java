package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.Long2ObjectHashMap;

/** Every algo order that is at work, or has ended recently. */
final class AlgoStore {
    /** At work at a time, of one account. */
    static final int LIVE_PER_ACCOUNT_MAX = 32;

    /** At work at a time, over all accounts. */
    static final int LIVE_MAX = 4_096;

    /** Ended ones whose client order id is remembered, the oldest forgotten first. */
    static final int CLOSED_MAX = 10_000;

    private final Long2ObjectHashMap<LiveAlgo> byId = new Long2ObjectHashMap<>();
    private final Map<PublicKey, OfAccount> byAccount = new HashMap<>();
    private final ArrayDeque<LiveAlgo> closed = new ArrayDeque<>();
    private int live;

    private static final class OfAccount {
        private final Map<String, LiveAlgo> byClientId = new HashMap<>();
        private final TreeMap<Long, LiveAlgo> live = new TreeMap<>();
    }

    LiveAlgo find(long orderId) {
        return byId.get(orderId);
    }

    /** The account's with this id, or when that is 0 with that client order id; null where it has none. */
    LiveAlgo find(PublicKey account, long orderId, String clientOrderId) {
        OfAccount own = byAccount.get(account);
        if (own == null) {
            return null;
        }
        if (orderId == 0) {
            return own.byClientId.get(clientOrderId);
        }
        LiveAlgo algo = byId.get(orderId);
        return algo != null && algo.ref.account().equals(account) ? algo : null;
    }

    void add(LiveAlgo algo) {
        OfAccount own = byAccount.computeIfAbsent(algo.ref.account(), _ -> new OfAccount());
        byId.put(algo.orderId(), algo);
        own.byClientId.put(algo.ref.clientOrderId(), algo);
        own.live.put(algo.orderId(), algo);
        live++;
    }

    /** It has ended. */
    void close(LiveAlgo algo) {
        byAccount.get(algo.ref.account()).live.remove(algo.orderId());
        live--;
        closed.add(algo);
        if (closed.size() > CLOSED_MAX) {
            forget(closed.remove());
        }
    }

    private void forget(LiveAlgo algo) {
        byId.remove(algo.orderId());
        OfAccount own = byAccount.get(algo.ref.account());
        own.byClientId.remove(algo.ref.clientOrderId(), algo);
        if (own.byClientId.isEmpty()) {
            byAccount.remove(algo.ref.account());
        }
    }

    /** Those of the account that are at work, oldest first. */
    List<LiveAlgo> live(PublicKey account) {
        OfAccount own = byAccount.get(account);
        return own == null ? List.of() : List.copyOf(own.live.values());
    }

    int live() {
        return live;
    }

    int liveOf(PublicKey account) {
        OfAccount own = byAccount.get(account);
        return own == null ? 0 : own.live.size();
    }

    /** In the order in which they will be forgotten, those at work last. */
    void save(SnapshotWriter out, SavedOrders orders) {
        out.section("algos", 1).int32(closed.size()).int32(live);
        closed.forEach(algo -> algo.save(out, orders));
        byId.values().stream().filter(LiveAlgo::isLive).forEach(algo -> algo.save(out, orders));
    }

    /** After the orders, which are told whose children they are. */
    void load(SnapshotReader in, SavedOrders orders, OrderStore store) {
        in.section("algos", 1);
        int ended = in.count(CLOSED_MAX);
        int working = in.count(LIVE_MAX);
        for (int i = 0; i < ended + working; i++) {
            LiveAlgo algo = LiveAlgo.load(in, orders, store);
            add(algo);
            if (i < ended) {
                close(algo);
            }
        }
        for (LiveOrder order : store.orders()) {
            order.algo = byId.get(order.ref.parentOrderId());
        }
    }

    long hash() {
        long sum = 0;
        for (LiveAlgo algo : byId.values()) {
            sum += algo.hash();
        }
        StateHash hash = new StateHash().add(sum).add(live);
        closed.forEach(algo -> hash.add(algo.orderId()));
        return hash.value();
    }
}
