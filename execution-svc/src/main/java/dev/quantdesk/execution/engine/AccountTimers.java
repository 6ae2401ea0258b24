package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Comparator;
import java.util.function.Predicate;

/**
 * What cancels many orders of one account at once: its wish, its kill switch, and the end of the session they were placed through.
 * Switches and sessions are kept alive by commands; where those stop coming, for whatever reason, the engine's own time ends them.
 */
final class AccountTimers {
    /** Sessions at most, over all accounts. */
    static final int SESSIONS_MAX = 16_384;

    private final OrderStore store;
    private final OrderLifecycle lifecycle;
    private final AlgoOrders algos;
    private final EventWriter events;
    private final int switchesMax;
    private final KeyedTimers<PublicKey> killSwitches = new KeyedTimers<>();
    private final KeyedTimers<SessionKey> sessions = new KeyedTimers<>();

    /** @param switchesMax armed kill switches at most */
    AccountTimers(OrderStore store, OrderLifecycle lifecycle, AlgoOrders algos, EventWriter events, int switchesMax) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.algos = algos;
        this.events = events;
        this.switchesMax = switchesMax;
    }

    Reply arm(Command.ArmKillSwitch command) {
        if (command.timeoutMillis() == 0) {
            killSwitches.remove(command.account());
            return new Reply.TimerSet(0, events.sequence());
        }
        if (!killSwitches.contains(command.account()) && killSwitches.size() >= switchesMax) {
            return new Reply.Refused(
                    RefusalReason.TOO_MANY_ACCOUNTS, killSwitches.size() + 1L, switchesMax, events.sequence());
        }
        long fireMillis = events.nowMillis() + command.timeoutMillis();
        killSwitches.set(command.account(), fireMillis);
        return new Reply.TimerSet(fireMillis, events.sequence());
    }

    Reply renew(Command.RenewSession command) {
        SessionKey session = new SessionKey(command.account(), command.sessionId());
        if (command.timeoutMillis() == 0) {
            sessions.remove(session);
            return cancelledAll(endSession(session));
        }
        if (!sessions.contains(session) && sessions.size() >= SESSIONS_MAX) {
            return new Reply.Refused(
                    RefusalReason.TOO_MANY_SESSIONS, sessions.size() + 1L, SESSIONS_MAX, events.sequence());
        }
        long endMillis = events.nowMillis() + command.timeoutMillis();
        sessions.set(session, endMillis);
        return new Reply.TimerSet(endMillis, events.sequence());
    }

    boolean isLive(SessionKey session) {
        return sessions.contains(session);
    }

    Reply cancelAll(Command.CancelAllOrders command) {
        return cancelledAll(cancelOrdersAndAlgos(
                command.account(),
                CancelReason.USER_REQUEST,
                order -> command.marketId() == Command.ALL_MARKETS || order.marketId() == command.marketId()));
    }

    /**
     * Does what switches and sessions are due for, in the order of their times: after an outage an order ends for what was due
     * first. Of one time, switches come before sessions.
     */
    void reached(long nowMillis) {
        for (long dueMillis = nextMillis(); dueMillis <= nowMillis; dueMillis = nextMillis()) {
            killSwitches.reached(dueMillis, this::fireKillSwitch);
            sessions.reached(dueMillis, this::endSession);
        }
    }

    private void fireKillSwitch(PublicKey account) {
        cancelOrdersAndAlgos(account, CancelReason.KILL_SWITCH, order -> !order.reduceOnly());
    }

    private int endSession(SessionKey session) {
        return cancel(session.account(), CancelReason.DISCONNECTED, order -> session.equals(order.session));
    }

    private Reply cancelledAll(int orders) {
        return new Reply.CancelledAll(orders, events.sequence());
    }

    /** An algo order counts once, with its child in the book. */
    private int cancelOrdersAndAlgos(PublicKey key, CancelReason reason, Predicate<Command.PlaceOrder> meant) {
        return cancel(key, reason, order -> meant.test(order.request)) + algos.endAll(key, meant, reason);
    }

    /** Cancels those of the account's open orders that are meant, oldest first. */
    private int cancel(PublicKey key, CancelReason reason, Predicate<LiveOrder> meant) {
        Account account = store.account(key);
        if (account == null) {
            return 0;
        }
        var orders = account.openOrdersById.values().stream()
                .filter(meant)
                .sorted(Comparator.comparingLong(LiveOrder::orderId))
                .toList();
        for (LiveOrder order : orders) {
            // One that ended its bracket or its auction has ended others too.
            if (order.status.isOpen()) {
                lifecycle.cancelOpen(order, reason);
            }
        }
        return orders.size();
    }

    long nextMillis() {
        return Math.min(killSwitches.nextMillis(), sessions.nextMillis());
    }

    void save(SnapshotWriter out) {
        killSwitches.save(out, SnapshotWriter::key);
        sessions.save(out, (to, session) -> session.save(to));
    }

    void load(SnapshotReader in) {
        killSwitches.load(in, SnapshotReader::key, switchesMax);
        sessions.load(in, SessionKey::load, SESSIONS_MAX);
    }

    long hash() {
        return new StateHash()
                .add(killSwitches.hash(account -> new StateHash().add(account).value()))
                .add(sessions.hash(SessionKey::hash))
                .value();
    }
}
