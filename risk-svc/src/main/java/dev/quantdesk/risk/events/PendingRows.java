package dev.quantdesk.risk.events;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.account.Accounts;
import dev.quantdesk.risk.account.OpenOrder;
import dev.quantdesk.risk.margin.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which rows are not stored yet; at most those of one batch of events. Used by one thread at a time. */
final class PendingRows implements Accounts.Touched {
    private final Set<PositionKey> positions = new LinkedHashSet<>();
    private final Map<Long, PublicKey> orders = new LinkedHashMap<>();
    /** Of these orders, those that no row was written for. */
    private final Set<Long> opened = new HashSet<>();

    private record PositionKey(PublicKey account, Market market) {}

    @Override
    public void position(PublicKey account, Market market) {
        positions.add(new PositionKey(account, market));
    }

    @Override
    public void opened(PublicKey account, long orderId) {
        opened.add(orderId);
        order(account, orderId);
    }

    @Override
    public void order(PublicKey account, long orderId) {
        orders.put(orderId, account);
    }

    /** The rows as the accounts have them now. */
    RiskStore.Rows rows(Accounts accounts) {
        List<RiskStore.PositionRow> changed = new ArrayList<>(positions.size());
        for (PositionKey key : positions) {
            Position position = accounts.ask(key.account(), account -> account.position(key.market()))
                    .orElse(Position.FLAT);
            changed.add(new RiskStore.PositionRow(key.account(), key.market(), position));
        }
        List<RiskStore.OrderRow> open = new ArrayList<>(orders.size());
        List<Long> closed = new ArrayList<>();
        orders.forEach((orderId, key) -> {
            Optional<OpenOrder> order =
                    accounts.ask(key, account -> account.order(orderId)).flatMap(found -> found);
            if (order.isPresent()) {
                open.add(new RiskStore.OrderRow(key, order.get()));
            } else if (!opened.contains(orderId)) {
                closed.add(orderId);
            }
        });
        return new RiskStore.Rows(changed, open, closed);
    }

    void clear() {
        positions.clear();
        orders.clear();
        opened.clear();
    }
}
