package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.risk.margin.Margin;
import dev.quantdesk.risk.margin.MarketExposure;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Position;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One account. Not thread-safe: {@link Accounts} lets one thread at a time use it. Amounts are millionths of a USDC.
 */
public final class Account {
    private final Map<String, MarketExposure> exposures = new TreeMap<>();
    private final Map<Long, OpenOrder> orders = new HashMap<>();
    private final Reservations reservations = new Reservations();
    private long collateralMicros;
    private long ledgerEntry;

    /** Collateral in the ledger: deposits less withdrawals, without the profit of positions. */
    public long collateralMicros() {
        return collateralMicros;
    }

    /** Takes over a ledger balance, unless one after a later entry is known already. */
    public void collateral(long micros, long afterEntry) {
        if (afterEntry >= ledgerEntry) {
            ledgerEntry = afterEntry;
            collateralMicros = micros;
        }
    }

    /** Markets that the account has traded or has orders in, ordered by symbol. */
    public Collection<MarketExposure> exposures() {
        return Collections.unmodifiableCollection(exposures.values());
    }

    public Position position(Market market) {
        MarketExposure exposure = exposures.get(market.symbol());
        return exposure == null ? Position.FLAT : exposure.position();
    }

    public Optional<OpenOrder> order(long orderId) {
        return Optional.ofNullable(orders.get(orderId));
    }

    public int openOrders() {
        return orders.size();
    }

    public int heldReservations() {
        return reservations.held();
    }

    /** Whether there is any decision to be forgotten in time. */
    public boolean remembersDecisions() {
        return !reservations.isEmpty();
    }

    /** Margin at these marks. @throws Marks.StaleMarkException when a market that matters has none */
    public Margin margin(Marks marks) {
        long equity = collateralMicros;
        long requirement = 0;
        for (MarketExposure exposure : exposures.values()) {
            long mark = exposure.needsMark() ? marks.ticks(exposure.market()) : 0;
            equity = Math.addExact(equity, exposure.profitMicros(mark));
            requirement = Math.addExact(requirement, exposure.requirementMicros(mark));
        }
        return new Margin(equity, requirement);
    }

    /** Collateral with realised profit. */
    public long balanceMicros() {
        long balance = collateralMicros;
        for (MarketExposure exposure : exposures.values()) {
            balance = Math.addExact(balance, exposure.realisedMicros());
        }
        return balance;
    }

    /**
     * Decides about an order and reserves what it needs. Asked again with the same id, it gives the first decision.
     *
     * @param nowMillis of a clock that never goes back
     * @throws ReservationException when the id belongs to another order or too many orders are on their way
     * @throws Marks.StaleMarkException when a mark that matters is too old; nothing is remembered then
     * @throws ArithmeticException when the figures do not fit a long; nothing is remembered then
     */
    public Decision reserve(UUID id, OrderDraft draft, Marks marks, long nowMillis) {
        Optional<Reservations.Entry> known = reservations.find(id);
        if (known.isPresent()) {
            if (!known.get().draft().equals(draft)) {
                throw new ReservationException.Reused();
            }
            return known.get().decision();
        }
        if (reservations.isFull()) {
            throw new ReservationException.TooMany();
        }
        MarketExposure exposure = exposure(draft.market());
        Decision decision = decideWithout(orders.get(draft.replacesOrderId()), exposure, draft, marks);
        boolean holds = decision instanceof Decision.Granted && !draft.reduceOnly();
        if (holds) {
            exposure.addOrder(draft.side(), draft.priceTicks(), draft.lots());
        }
        reservations.put(id, new Reservations.Entry(draft, decision, nowMillis, holds));
        return decision;
    }

    /** Decides as if {@code replaced} were not there; null for none. */
    private Decision decideWithout(OpenOrder replaced, MarketExposure exposure, OrderDraft draft, Marks marks) {
        if (replaced == null) {
            return decide(exposure, draft, marks);
        }
        uncount(replaced, replaced.lots());
        try {
            return decide(exposure, draft, marks);
        } finally {
            count(replaced, replaced.lots());
        }
    }

    private Decision decide(MarketExposure exposure, OrderDraft draft, Marks marks) {
        if (draft.reduceOnly() || exposure.onlyReduces(draft.side(), draft.lots())) {
            return new Decision.Granted(figures(exposure, draft, marks.ofAnyAge()));
        }
        if (collateralMicros <= 0) {
            return new Decision.NoCollateral();
        }
        long mark = marks.ticks(draft.market());
        Margin before = margin(marks);
        long needed = addedRequirement(exposure, draft, draft.lots(), mark);
        long free = before.freeMicros();
        if (needed <= free) {
            return new Decision.Granted(Optional.of(new Decision.Figures(needed, before.plusRequirement(needed))));
        }
        return new Decision.Insufficient(
                needed, free, passingLots(exposure, draft, mark, free), Math.subtractExact(needed, free));
    }

    /** For an order that passes whatever the margin: what it adds, as far as that is known. */
    private Optional<Decision.Figures> figures(MarketExposure exposure, OrderDraft draft, Marks marks) {
        try {
            Margin before = margin(marks);
            long added = draft.reduceOnly()
                    ? 0
                    : addedRequirement(exposure, draft, draft.lots(), marks.ticks(draft.market()));
            return Optional.of(new Decision.Figures(added, before.plusRequirement(added)));
        } catch (Marks.StaleMarkException _) {
            return Optional.empty();
        }
    }

    private static long addedRequirement(MarketExposure exposure, OrderDraft draft, long lots, long mark) {
        return Math.subtractExact(
                exposure.requirementMicrosWith(draft.side(), draft.priceTicks(), lots, mark),
                exposure.requirementMicros(mark));
    }

    /** The largest quantity that passes, by bisection: whatever is smaller than one that passes, passes too. */
    private static long passingLots(MarketExposure exposure, OrderDraft draft, long mark, long free) {
        long passes = 0;
        long fails = draft.lots();
        while (fails - passes > 1) {
            long lots = passes + (fails - passes) / 2;
            boolean fits =
                    exposure.onlyReduces(draft.side(), lots) || addedRequirement(exposure, draft, lots, mark) <= free;
            if (fits) {
                passes = lots;
            } else {
                fails = lots;
            }
        }
        return passes < draft.market().minLots() ? 0 : passes;
    }

    /** Forgets decisions made at or before {@code beforeMillis}. @param freeHeld whether reservations end with them */
    void forgetDecisions(long beforeMillis, boolean freeHeld) {
        reservations.forget(beforeMillis, freeHeld ? this::unreserve : null);
    }

    private void unreserve(OrderDraft draft) {
        exposure(draft.market()).removeOrder(draft.side(), draft.priceTicks(), draft.lots());
    }

    void release(UUID reservation) {
        reservations.release(reservation).ifPresent(this::unreserve);
    }

    /** Adds an order in place of its reservation. */
    public void open(OpenOrder order, UUID reservation) {
        if (orders.containsKey(order.orderId())) {
            throw new IllegalStateException("order " + order.orderId() + " is open already");
        }
        release(reservation);
        count(order, order.lots());
        orders.put(order.orderId(), order);
    }

    /** Gives an order other terms, in place of those it has and of its reservation. */
    void amend(EngineChange.Amended amended) {
        OpenOrder order = orders.get(amended.orderId());
        if (order == null) {
            throw new IllegalStateException("order " + amended.orderId() + " is amended but not open");
        }
        release(amended.reservation());
        uncount(order, order.lots());
        OpenOrder changed = new OpenOrder(
                order.orderId(),
                order.market(),
                order.side(),
                amended.priceTicks(),
                amended.lots(),
                order.reduceOnly());
        count(changed, changed.lots());
        orders.put(order.orderId(), changed);
    }

    /** Lets an order have another quantity. */
    void size(EngineChange.Sized sized) {
        OpenOrder order = orders.get(sized.orderId());
        if (order == null) {
            throw new IllegalStateException("order " + sized.orderId() + " is sized but not open");
        }
        uncount(order, order.lots());
        OpenOrder changed = order.withLots(sized.lots());
        count(changed, changed.lots());
        orders.put(order.orderId(), changed);
    }

    /** @return whether the order was open */
    boolean close(long orderId) {
        OpenOrder order = orders.remove(orderId);
        if (order == null) {
            return false;
        }
        uncount(order, order.lots());
        return true;
    }

    /**
     * The position after a fill; changes nothing.
     *
     * @throws IllegalStateException when the fill can't be this account's
     */
    Position positionAfter(EngineChange.Matched match, EngineChange.Fill fill) {
        OpenOrder order = orders.get(fill.orderId());
        if (order == null
                || order.side() != fill.side()
                || !order.market().equals(match.market())
                || order.lots() - match.lots() != fill.remainingLots()) {
            throw new IllegalStateException("a fill of " + match.lots() + " lots that leaves " + fill.remainingLots()
                    + " does not fit order " + fill.orderId() + ": " + order);
        }
        return position(match.market()).traded(fill.side(), match.ticks(), match.lots());
    }

    void fill(EngineChange.Matched match, EngineChange.Fill fill) {
        Position after = positionAfter(match, fill);
        OpenOrder order = orders.get(fill.orderId());
        uncount(order, match.lots());
        if (fill.remainingLots() == 0) {
            orders.remove(fill.orderId());
        } else {
            orders.put(fill.orderId(), order.withLots(fill.remainingLots()));
        }
        exposure(match.market()).position(after);
    }

    /** Takes over a stored position. */
    public void restore(Market market, Position position) {
        exposure(market).position(position);
    }

    /** Forgets what came from the engine; collateral and reservations stay. */
    void clearEngineState() {
        orders.values().forEach(order -> uncount(order, order.lots()));
        orders.clear();
        exposures.values().forEach(exposure -> exposure.position(Position.FLAT));
    }

    private void count(OpenOrder order, long lots) {
        if (!order.reduceOnly()) {
            exposure(order.market()).addOrder(order.side(), order.priceTicks(), lots);
        }
    }

    private void uncount(OpenOrder order, long lots) {
        if (!order.reduceOnly()) {
            exposure(order.market()).removeOrder(order.side(), order.priceTicks(), lots);
        }
    }

    private MarketExposure exposure(Market market) {
        return exposures.computeIfAbsent(market.symbol(), _ -> new MarketExposure(market));
    }
}
