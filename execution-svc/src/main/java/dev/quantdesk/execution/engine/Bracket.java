package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.math.BigInteger;
import java.util.List;

/**
 * The state of one bracket: what it has entered and exited, and what each of its legs may trade by that. It first only enters,
 * then only exits: with the first exit that fires or trades, what is left of the entry ends. So exits grow only while none of them
 * has traded, and shrink only afterwards.
 */
final class Bracket {
    private static final LegRole[] ROLES = LegRole.values();

    final long id;
    private final LegRole[] roles;
    private final long[] quantities;
    private final LiveOrder[] live;
    private final long wholeLots;
    private final long targetLots;
    final long exitAtMillis;
    final long exitAfterMillis;

    /** What the entry has filled, or without one all that the exits may close. */
    private long enteredLots;
    /** What the exits, or alternatives, have filled. */
    private long exitedLots;
    /** When its time exit goes to work; 0 while that is not known, or where it has none. */
    long exitMillis;

    Bracket(long id, Command.PlaceBracket command) {
        List<BracketOrder> legs = command.legs();
        this.id = id;
        roles = new LegRole[legs.size()];
        quantities = new long[legs.size()];
        live = new LiveOrder[legs.size()];
        long targets = 0;
        for (int i = 0; i < roles.length; i++) {
            roles[i] = legs.get(i).role();
            quantities[i] = legs.get(i).order().quantityLots();
            targets += roles[i] == LegRole.TAKE_PROFIT ? quantities[i] : 0;
        }
        targetLots = targets;
        wholeLots = BracketShape.whole(legs);
        enteredLots = roles[0] == LegRole.ENTRY ? 0 : wholeLots;
        exitAtMillis = command.exitAtMillis();
        exitAfterMillis = command.exitAfterMillis();
        exitMillis = exitAtMillis;
    }

    void join(LiveOrder order, int leg) {
        live[leg] = order;
        order.bracket = this;
        order.leg = leg;
    }

    private Bracket(SnapshotReader in) {
        id = in.int64();
        int legs = in.count(BracketShape.LEGS_MAX);
        roles = new LegRole[legs];
        quantities = new long[legs];
        live = new LiveOrder[legs];
        for (int i = 0; i < legs; i++) {
            roles[i] = in.constant(ROLES);
            quantities[i] = in.int64();
        }
        wholeLots = in.int64();
        targetLots = in.int64();
        exitAtMillis = in.int64();
        exitAfterMillis = in.int64();
        enteredLots = in.int64();
        exitedLots = in.int64();
        exitMillis = in.int64();
    }

    /** Without its orders, which find it when they are loaded. */
    void save(SnapshotWriter out) {
        out.int64(id).int32(roles.length);
        for (int i = 0; i < roles.length; i++) {
            out.int8(roles[i].ordinal()).int64(quantities[i]);
        }
        out.int64(wholeLots)
                .int64(targetLots)
                .int64(exitAtMillis)
                .int64(exitAfterMillis)
                .int64(enteredLots)
                .int64(exitedLots)
                .int64(exitMillis);
    }

    static Bracket load(SnapshotReader in) {
        return new Bracket(in);
    }

    /** Takes in an order from a snapshot; of those that are closed it remembers nothing. */
    void restore(LiveOrder order, int leg) {
        join(order, leg);
        if (!order.status.isOpen()) {
            left(order);
        }
    }

    void left(LiveOrder order) {
        live[order.leg] = null;
    }

    int legs() {
        return roles.length;
    }

    LegRole role(int leg) {
        return roles[leg];
    }

    /** The leg's order while it is open, else null. */
    LiveOrder live(int leg) {
        return live[leg];
    }

    /** The entry while it is open, else null. */
    LiveOrder entry() {
        return roles[0] == LegRole.ENTRY ? live[0] : null;
    }

    /** The time exit while it is open, else null. */
    LiveOrder timeExit() {
        int last = roles.length - 1;
        return roles[last] == LegRole.TIME_EXIT ? live[last] : null;
    }

    void entered(long lots) {
        enteredLots += lots;
    }

    void exited(long lots) {
        exitedLots += lots;
    }

    long enteredLots() {
        return enteredLots;
    }

    boolean hasExited() {
        return exitedLots > 0;
    }

    /** Whether this was asked for. */
    boolean isSame(Command.PlaceBracket command) {
        List<BracketOrder> legs = command.legs();
        for (int i = 0; i < roles.length; i++) {
            if (legs.size() != roles.length || legs.get(i).role() != roles[i]) {
                return false;
            }
        }
        return exitAtMillis == command.exitAtMillis() && exitAfterMillis == command.exitAfterMillis();
    }

    /** The most that the leg and all others could trade together. */
    long limitLots(int leg) {
        return roles[leg] == LegRole.ALTERNATIVE ? sizeLots(leg) : enteredLots - exitedLots;
    }

    BracketLeg leg(int leg) {
        return new BracketLeg(id, roles[leg], roles.length, exitAtMillis, exitAfterMillis);
    }

    /** What the leg may trade from now on, by what has filled so far. */
    long sizeLots(int leg) {
        return switch (roles[leg]) {
            case ALTERNATIVE -> Math.max(0, quantities[leg] - exitedLots);
            case STOP_LOSS, TIME_EXIT -> enteredLots - exitedLots;
            case TAKE_PROFIT -> targetSizeLots(leg);
            case NONE, ENTRY -> throw new IllegalStateException("leg " + leg + " of bracket " + id + " is no exit");
        };
    }

    /** Its share of what was entered, less what it has filled; where other exits have left less, the last targets give way first. */
    private long targetSizeLots(int leg) {
        long[] shares = shares();
        long left = enteredLots - exitedLots;
        for (int i = 0; i < leg; i++) {
            if (roles[i] == LegRole.TAKE_PROFIT && live[i] != null) {
                left -= Math.min(left, shares[i] - live[i].filledLots);
            }
        }
        return live[leg] == null ? 0 : Math.min(left, shares[leg] - live[leg].filledLots);
    }

    /**
     * Shares what was entered among the targets in whole lots: one lot after the other goes to the target that is furthest behind its
     * share, the earlier one of equals (the greatest-divisors method of D'Hondt). A share never shrinks while more is entered.
     */
    private long[] shares() {
        long house = mulDiv(enteredLots, targetLots, wholeLots);
        long[] shares = new long[roles.length];
        long given = 0;
        for (int i = 0; i < roles.length; i++) {
            if (roles[i] == LegRole.TAKE_PROFIT) {
                // The method gives each at least its quota rounded down.
                shares[i] = mulDiv(house, quantities[i], targetLots);
                given += shares[i];
            }
        }
        for (; given < house; given++) {
            shares[furthestBehind(shares)]++;
        }
        return shares;
    }

    private int furthestBehind(long[] shares) {
        int found = -1;
        for (int i = 0; i < roles.length; i++) {
            if (roles[i] == LegRole.TAKE_PROFIT
                    && (found < 0 || isLess(shares[i] + 1, quantities[found], shares[found] + 1, quantities[i]))) {
                found = i;
            }
        }
        return found;
    }

    /** Whether a × b is less than c × d, none of them negative. */
    private static boolean isLess(long a, long b, long c, long d) {
        long left = Math.multiplyHigh(a, b);
        long right = Math.multiplyHigh(c, d);
        return left != right ? left < right : Long.compareUnsigned(a * b, c * d) < 0;
    }

    private static long mulDiv(long a, long b, long divisor) {
        return divisor == 0
                ? 0
                : BigInteger.valueOf(a)
                        .multiply(BigInteger.valueOf(b))
                        .divide(BigInteger.valueOf(divisor))
                        .longValueExact();
    }

    long hash() {
        StateHash hash = new StateHash()
                .add(id)
                .add(roles.length)
                .add(enteredLots)
                .add(exitedLots)
                .add(exitMillis)
                .add(exitAfterMillis);
        for (int i = 0; i < roles.length; i++) {
            hash.add(roles[i].ordinal()).add(quantities[i]).add(live[i] == null ? 0 : live[i].orderId());
        }
        return hash.value();
    }
}
