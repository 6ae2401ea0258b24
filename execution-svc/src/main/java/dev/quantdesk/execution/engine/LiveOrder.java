package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** An accepted order for as long as the engine remembers it. Changed by the engine's own parts only. */
final class LiveOrder {
    /** A command is delivered again within its deadline, if at all. */
    private static final int AMENDMENTS_MAX = 64;

    private static final byte[] NOT_SETTLED = {};
    private static final OrderStatus[] STATUSES = OrderStatus.values();

    /** As it was asked for first, to recognise a repeat. */
    final Command.PlaceOrder placed;
    /** As it was asked for, with its amendments. */
    Command.PlaceOrder request;

    OrderRef ref;
    final Account account;
    final Market market;
    final Position position;
    /** The price it works at: the one asked for, unless it slid or follows another. */
    long priceTicks;

    OrderStatus status = OrderStatus.OPEN;
    /** Whether it is in its book. One that is open, waits for nothing and is in no auction is on its way there. */
    boolean inBook;

    /** The session it was placed through, with which it ends; null for none. */
    SessionKey session;

    /** The bracket that it is a leg of, or null. */
    Bracket bracket;

    int leg;
    /** Whether its bracket has told how much it may trade. */
    boolean sized;

    /** The auction it takes part in, as taker or as quote; null for none. */
    Auction auction;

    long remainingLots;
    long filledLots;
    long filledNotional;

    /** The price at which it fires, while it waits; of a trailing one as it is now. */
    long triggerTicks;
    /** The best price since a trailing one was placed. */
    long extremeTicks;

    /** Its latest amendments, to recognise one that is delivered again; null before the first. */
    private ArrayDeque<UUID> amendments;

    /** The algo order that it is a child of; null for none. */
    LiveAlgo algo;

    int unconfirmedTrades;
    byte[] lastSignature = NOT_SETTLED;
    long lastSlot;

    LiveOrder(long orderId, Command.PlaceOrder request, long priceTicks, Account account, Market market) {
        this.placed = request;
        this.request = request;
        this.ref = new OrderRef(
                orderId, request.account(), request.clientOrderId(), request.reservationId(), request.trace());
        this.priceTicks = priceTicks;
        this.account = account;
        this.market = market;
        this.position = account.position(request.marketId());
        this.remainingLots = request.quantityLots();
    }

    /** Makes it a child, before anybody is told of it. */
    void belongTo(LiveAlgo parent) {
        algo = parent;
        ref = new OrderRef(
                ref.orderId(), ref.account(), ref.clientOrderId(), ref.reservationId(), ref.trace(), parent.orderId());
    }

    /** What its algo order has left to trade; 0 for one that is nobody's child. */
    long parentLots() {
        return algo == null ? 0 : algo.unfilledLots();
    }

    void save(SnapshotWriter out, SavedOrders orders) {
        out.int64(orderId());
        orders.write(placed, out);
        orders.write(request, out);
        out.int64(priceTicks)
                .int8(status.ordinal())
                .int64(remainingLots)
                .int64(filledLots)
                .int64(filledNotional)
                .int64(triggerTicks)
                .int64(extremeTicks)
                .int32(unconfirmedTrades)
                .bytes(lastSignature)
                .int64(lastSlot)
                .bool(session != null);
        if (session != null) {
            out.uuid(session.id());
        }
        Collection<UUID> amended = amendments();
        out.int8(amended.size());
        amended.forEach(out::uuid);
        out.int64(ref.parentOrderId()).int64(bracket == null ? 0 : bracket.id);
        if (bracket != null) {
            out.int8(leg).bool(sized);
        }
    }

    /** Without its algo order and its auction, which find it when they are loaded. */
    static LiveOrder load(SnapshotReader in, SavedOrders orders) {
        long orderId = in.int64();
        Command.PlaceOrder placed = orders.read(in);
        Command.PlaceOrder request = orders.read(in);
        LiveOrder order = new LiveOrder(
                orderId, placed, in.int64(), orders.account(placed.account()), orders.market(placed.marketId()));
        order.request = request;
        order.status = in.constant(STATUSES);
        order.remainingLots = in.int64();
        order.filledLots = in.int64();
        order.filledNotional = in.int64();
        order.triggerTicks = in.int64();
        order.extremeTicks = in.int64();
        order.unconfirmedTrades = in.int32();
        byte[] signature = in.bytes(SignedIntent.SIGNATURE_LENGTH);
        order.lastSignature = signature.length == 0 ? NOT_SETTLED : signature;
        order.lastSlot = in.int64();
        order.session = in.bool() ? new SessionKey(placed.account(), in.uuid()) : null;
        for (int left = in.int8(); left > 0; left--) {
            order.amended(in.uuid());
        }
        order.ref = new OrderRef(
                orderId,
                request.account(),
                request.clientOrderId(),
                request.reservationId(),
                request.trace(),
                in.int64());
        long bracketId = in.int64();
        if (bracketId != 0) {
            orders.bracket(bracketId).restore(order, in.int8());
            order.sized = in.bool();
        }
        return order;
    }

    long orderId() {
        return ref.orderId();
    }

    Side side() {
        return request.side();
    }

    /** Lots it may still trade as far as reduce-only is concerned. */
    long reducibleLots() {
        return request.reduceOnly() ? position.reducibleLots(side()) : Long.MAX_VALUE;
    }

    void fill(long priceTicks, long lots) {
        remainingLots -= lots;
        filledLots += lots;
        filledNotional = Math.addExact(filledNotional, Math.multiplyExact(priceTicks, lots));
        position.apply(side(), lots);
        status = OrderStatus.PARTIALLY_FILLED;
        if (algo != null) {
            algo.fill(priceTicks, lots);
        }
    }

    private Collection<UUID> amendments() {
        return amendments == null ? List.of() : amendments;
    }

    void amended(UUID amendment) {
        if (amendments == null) {
            amendments = new ArrayDeque<>(1);
        }
        amendments.add(amendment);
        if (amendments.size() > AMENDMENTS_MAX) {
            amendments.remove();
        }
    }

    boolean hasAmendment(UUID amendment) {
        return amendments().contains(amendment);
    }

    int amendmentsHash() {
        return List.copyOf(amendments()).hashCode();
    }

    boolean isWaiting() {
        return status == OrderStatus.UNTRIGGERED;
    }

    /** Whether it waits for its bracket. */
    boolean isPending() {
        return status == OrderStatus.PENDING;
    }

    /** What an event tells of its place in a bracket. */
    BracketLeg bracketLeg() {
        return bracket == null ? BracketLeg.NONE : bracket.leg(leg);
    }

    /** Whether an auction runs for it. */
    boolean hasAuction() {
        return auction != null && auction.taker == this;
    }

    OrderState state(long sequence) {
        return new OrderState(orderId(), status, filledLots, remainingLots, filledNotional, sequence);
    }
}
