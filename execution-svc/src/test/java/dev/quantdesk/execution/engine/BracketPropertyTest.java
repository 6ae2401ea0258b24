package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must hold of brackets whatever is sent, as the events tell it. Run one seed again with {@code -Dengine.seed=…}. */
@Timeout(60)
class BracketPropertyTest {
    private static final int SEEDS = 150;
    private static final int COMMANDS = 400;

    private final long firstSeed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final int seeds = System.getProperty("engine.seed") == null ? SEEDS : 1;

    /** One order of a bracket. */
    private static final class Leg {
        final BracketLeg place;
        final long quantity;
        long expiryMillis;
        long remaining;
        long filled;
        boolean atWork;
        boolean open = true;

        Leg(EngineEvent.OrderAccepted accepted) {
            place = accepted.leg();
            quantity = accepted.order().quantityLots();
            expiryMillis = accepted.order().intent().expiryMillis();
            remaining = quantity;
            atWork = place.role() == LegRole.ENTRY;
        }
    }

    private final Map<Long, Leg> legs = new HashMap<>();
    private long brackets;
    private long exits;
    private long bothWays;
    private long fillOrKills;

    @Test
    void shouldNeverExitMoreThanWasEntered() {
        System.out.println("BracketPropertyTest seeds from " + firstSeed);
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            legs.clear();
            try {
                run(new RandomCommands(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        if (seeds > 1) {
            assertTrue(brackets > 50 * seeds / 10, brackets + " brackets only");
            assertTrue(exits > 50 * seeds / 10, exits + " exits only");
            assertTrue(bothWays > 0, "no bracket that entered and exited");
            assertTrue(fillOrKills > 0, "no bracket that entered whole or not at all");
        }
    }

    private void run(RandomCommands random) {
        EngineFixture fixture = new EngineFixture();
        int seen = 0;
        long orders = 0;
        long trades = 0;
        for (int i = 0; i < COMMANDS; i++) {
            fixture.nowMillis += random.random().nextInt(400);
            boolean often = random.random().nextInt(3) == 0;
            Command command = often ? random.bracket() : random.any(orders, trades, fixture.nowMillis);
            Reply reply = fixture.send(command);
            if (command instanceof Command.PlaceOrder order
                    && order.timeInForce() == TimeInForce.FOK
                    && reply instanceof Reply.Accepted accepted) {
                assertEquals(0, accepted.state().remainingLots());
                assertEquals(order.quantityLots(), accepted.state().filledLots(), "fill-or-kill in part");
            }
            for (; seen < fixture.events.size(); seen++) {
                EngineEvent event = fixture.events.get(seen);
                orders += event instanceof EngineEvent.OrderAccepted ? 1 : 0;
                trades += event instanceof EngineEvent.Trade ? 1 : 0;
                follow(event);
            }
            if (command instanceof Command.PlaceBracket bracket && reply instanceof Reply.BracketPlaced placed) {
                checkFillOrKill(bracket.legs().getFirst().order(), legs.get(placed.firstOrderId()));
            }
            checkAll();
        }
    }

    private void checkFillOrKill(Command.PlaceOrder first, Leg leg) {
        if (first.timeInForce() == TimeInForce.FOK) {
            fillOrKills++;
            assertEquals(first.quantityLots(), leg.filled, "a fill-or-kill entry in part");
        }
    }

    private void follow(EngineEvent event) {
        switch (event) {
            case EngineEvent.OrderAccepted accepted -> {
                if (accepted.leg().isOfBracket()) {
                    legs.put(accepted.ref().orderId(), new Leg(accepted));
                    brackets += accepted.leg().bracketId() == accepted.ref().orderId() ? 1 : 0;
                }
            }
            case EngineEvent.OrderAmended amended -> {
                Leg leg = legs.get(amended.ref().orderId());
                if (leg != null) {
                    leg.expiryMillis = amended.order().intent().expiryMillis();
                }
            }
            case EngineEvent.OrderSized sized -> {
                Leg leg = legs.get(sized.ref().orderId());
                assertTrue(leg.open && sized.remainingLots() > 0, "sized for nothing");
                leg.remaining = sized.remainingLots();
                leg.atWork |= sized.activated();
            }
            case EngineEvent.Trade trade -> {
                traded(trade.maker().orderId(), trade.lots(), trade.makerRemainingLots());
                traded(trade.taker().orderId(), trade.lots(), trade.takerRemainingLots());
            }
            case EngineEvent.OrderCancelled cancelled -> {
                Leg leg = legs.get(cancelled.ref().orderId());
                if (leg != null) {
                    assertTrue(leg.open, "cancelled twice");
                    assertEquals(leg.remaining, cancelled.cancelledLots());
                    leg.open = false;
                    leg.remaining = 0;
                }
            }
            default -> {
                // Changes no quantity.
            }
        }
    }

    private void traded(long orderId, long lots, long remaining) {
        Leg leg = legs.get(orderId);
        if (leg == null) {
            return;
        }
        assertTrue(leg.open && leg.atWork, "traded before it was at work, or after its end");
        leg.filled += lots;
        leg.remaining -= lots;
        assertEquals(remaining, leg.remaining);
        leg.open = leg.remaining > 0;
        assertTrue(leg.filled <= leg.quantity, "more than was signed");
        boolean exit = leg.place.role() != LegRole.ENTRY;
        exits += exit ? 1 : 0;
        Sums sums = sums(leg.place);
        assertTrue(sums.exited <= sums.entered, "exits have traded " + sums.exited + " of " + sums.entered);
        bothWays += exit && sums.hasEntry ? 1 : 0;
    }

    /** What a bracket has entered and exited. */
    private static final class Sums {
        long entered;
        long exited;
        long targets;
        long targetsQuantity;
        boolean hasEntry;
        boolean entryOpen;
        long entryExpiryMillis;
    }

    private Sums sums(BracketLeg place) {
        Sums sums = new Sums();
        for (int i = 0; i < place.legs(); i++) {
            Leg leg = legs.get(place.bracketId() + i);
            switch (leg.place.role()) {
                case ENTRY -> {
                    sums.hasEntry = true;
                    sums.entryOpen = leg.open;
                    sums.entered = leg.filled;
                    sums.entryExpiryMillis = leg.expiryMillis;
                }
                case TAKE_PROFIT -> {
                    sums.exited += leg.filled;
                    sums.targets += leg.atWork ? leg.remaining : 0;
                    sums.targetsQuantity += leg.quantity;
                }
                default -> sums.exited += leg.filled;
            }
        }
        if (!sums.hasEntry) {
            sums.entered = Math.max(sums.targetsQuantity, wholeWithoutEntry(place));
        }
        return sums;
    }

    private long wholeWithoutEntry(BracketLeg place) {
        long whole = 0;
        for (int i = 0; i < place.legs(); i++) {
            Leg leg = legs.get(place.bracketId() + i);
            whole = leg.place.role() == LegRole.TAKE_PROFIT ? whole : Math.max(whole, leg.quantity);
        }
        return whole;
    }

    /** Between commands, whatever is at work is sized to what is left. */
    private void checkAll() {
        for (Leg leg : legs.values()) {
            if (!leg.open || leg.place.role() == LegRole.ENTRY) {
                continue;
            }
            Sums sums = sums(leg.place);
            long left = sums.entered - sums.exited;
            if (leg.place.role() == LegRole.ALTERNATIVE) {
                assertEquals(leg.quantity - sums.exited, leg.remaining, "an alternative");
                continue;
            }
            assertTrue(sums.entryOpen || left > 0, "an exit that has nothing to exit from");
            assertTrue(!sums.entryOpen || leg.expiryMillis >= sums.entryExpiryMillis, "an exit ends before its entry");
            assertTrue(!sums.hasEntry || sums.exited == 0 || !sums.entryOpen, "exits while it enters");
            assertTrue(sums.targets <= left, "the targets are for more than is left");
            boolean whole = leg.place.role() == LegRole.STOP_LOSS && leg.atWork;
            assertTrue(whole ? leg.remaining == left : !leg.atWork || leg.remaining <= left, "sized to something else");
        }
    }
}
