package dev.quantdesk.execution.engine;

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

    Position position(int marketId) {
        return positions.computeIfAbsent(marketId, id -> new Position());
    }

    long positionLots(int marketId) {
        Position position = positions.get(marketId);
        return position == null ? 0 : position.lots();
    }
}
