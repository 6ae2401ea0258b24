package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engine's trading rules for one market, written to be read: lists that are searched from end to end, and a copy
 * of everything where the engine looks ahead. Slow, and the oracle of the property tests.
 */
final class ReferenceExchange {
    record Fill(long makerId, long takerId, long priceTicks, long lots) {}

    static final class Order {
        final long id;
        final Command.PlaceOrder terms;
        final long price;
        long remaining;
        long filled;

        Order(long id, Command.PlaceOrder terms, long price, long remaining) {
            this.id = id;
            this.terms = terms;
            this.price = price;
            this.remaining = remaining;
        }
    }

    final List<Order> resting = new ArrayList<>();
    final Map<PublicKey, Long> positions = new HashMap<>();
    final List<Fill> fills = new ArrayList<>();
    long lastId;

    private ReferenceExchange copy() {
        ReferenceExchange copy = new ReferenceExchange();
        resting.forEach(order -> copy.resting.add(new Order(order.id, order.terms, order.price, order.remaining)));
        copy.positions.putAll(positions);
        copy.lastId = lastId;
        return copy;
    }

    /** @return the order as it ends up, or empty when it is refused */
    Optional<Order> place(Command.PlaceOrder terms) {
        if (terms.reduceOnly() && reducible(terms) == 0
                || terms.postOnly() == PostOnly.REFUSE
                        && bestFor(terms, terms.priceTicks()).isPresent()
                || terms.timeInForce() == TimeInForce.FOK && copy().match(terms, terms.priceTicks()).remaining > 0) {
            return Optional.empty();
        }
        Order order = match(terms, workingPrice(terms));
        if (order.remaining > 0) {
            resting.add(order);
            dropUseless();
        }
        return Optional.of(order);
    }

    void cancel(long orderId) {
        resting.removeIf(order -> order.id == orderId);
    }

    /** The order after it has traded; nothing is left of it if it may not rest. */
    private Order match(Command.PlaceOrder terms, long price) {
        Order taker = new Order(++lastId, terms, price, terms.quantityLots());
        while (taker.remaining > 0 && reducible(terms) > 0) {
            Optional<Order> best = bestFor(terms, price);
            if (best.isEmpty()) {
                return terms.timeInForce() == TimeInForce.FOK ? taker : rest(taker);
            }
            Order maker = best.get();
            boolean own = maker.terms.owner().equals(terms.owner());
            boolean sameAccount = maker.terms.account().equals(terms.account());
            boolean mayTrade = !sameAccount || !terms.reduceOnly() && !maker.terms.reduceOnly();
            if (own && !(terms.selfTrade() == SelfTradePrevention.NONE && mayTrade)) {
                boolean makerGoes = terms.selfTrade() == SelfTradePrevention.EXPIRE_MAKER
                        || terms.selfTrade() == SelfTradePrevention.EXPIRE_BOTH;
                if (makerGoes) {
                    resting.remove(maker);
                }
                if (terms.selfTrade() == SelfTradePrevention.EXPIRE_MAKER) {
                    continue;
                }
                return terms.timeInForce() == TimeInForce.FOK ? taker : nothingLeft(taker);
            }
            long lots = Math.min(Math.min(taker.remaining, reducible(terms)), maker.remaining);
            lots = Math.min(lots, reducible(maker.terms));
            fills.add(new Fill(maker.id, taker.id, maker.price, lots));
            maker.remaining -= lots;
            taker.remaining -= lots;
            taker.filled += lots;
            positions.merge(maker.terms.account(), maker.terms.side().signed(lots), Long::sum);
            positions.merge(terms.account(), terms.side().signed(lots), Long::sum);
            dropUseless();
        }
        return terms.timeInForce() == TimeInForce.FOK || taker.remaining == 0 ? taker : nothingLeft(taker);
    }

    private static Order rest(Order taker) {
        return taker.terms.timeInForce() == TimeInForce.GTC ? taker : nothingLeft(taker);
    }

    private static Order nothingLeft(Order taker) {
        taker.remaining = 0;
        return taker;
    }

    /** One tick behind the best price of the other side, for an order that slides and would trade. */
    private long workingPrice(Command.PlaceOrder terms) {
        if (terms.postOnly() != PostOnly.SLIDE) {
            return terms.priceTicks();
        }
        return bestFor(terms, terms.priceTicks())
                .map(best -> best.price - terms.side().signed(1))
                .orElse(terms.priceTicks());
    }

    /** The resting order this one would trade with first. */
    private Optional<Order> bestFor(Command.PlaceOrder terms, long price) {
        Comparator<Order> byPrice = Comparator.comparingLong(order -> order.price);
        return resting.stream()
                .filter(order -> order.terms.side() != terms.side())
                .filter(order -> terms.side() == Side.BUY ? order.price <= price : order.price >= price)
                .min((terms.side() == Side.BUY ? byPrice : byPrice.reversed()).thenComparingLong(order -> order.id));
    }

    private long reducible(Command.PlaceOrder terms) {
        if (!terms.reduceOnly()) {
            return Long.MAX_VALUE;
        }
        long position = positions.getOrDefault(terms.account(), 0L);
        return Math.max(0, terms.side() == Side.SELL ? position : -position);
    }

    private void dropUseless() {
        resting.removeIf(order -> order.remaining == 0 || reducible(order.terms) == 0);
    }
}
