package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/** What the engine knows of one account. */
final class Account {
    final PublicKey key;
    /** Whose account it is, for ever: that of several with one owner none trades with another unless its order says so. */
    final PublicKey owner;

    final Map<String, LiveOrder> ordersByClientId = new HashMap<>();
    final Int2ObjectHashMap<Position> positions = new Int2ObjectHashMap<>();
    final Long2ObjectHashMap<LiveOrder> openOrdersById = new Long2ObjectHashMap<>();
    int openOrders;

    Account(PublicKey key, PublicKey owner) {
        this.key = key;
        this.owner = owner;
    }

    /** Without its orders, which find it when they are loaded. */
    void save(SnapshotWriter out) {
        out.key(key).key(owner).int32(positions.size());
        positions.forEach((marketId, position) -> {
            out.int32(marketId);
            position.save(out);
        });
    }

    static Account load(SnapshotReader in) {
        Account account = new Account(in.key(), in.key());
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            account.position(in.int32()).load(in);
        }
        return account;
    }

    Position position(int marketId) {
        return positions.computeIfAbsent(marketId, id -> new Position());
    }

    long positionLots(int marketId) {
        Position position = positions.get(marketId);
        return position == null ? 0 : position.lots();
    }
}
