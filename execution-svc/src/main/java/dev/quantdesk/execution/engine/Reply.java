package dev.quantdesk.execution.engine;

/** The engine's answer to one command. */
public sealed interface Reply {
    /** The engine's sequence after the command: the last event it has emitted. */
    long sequence();

    /** The order was placed; {@code state} is what became of it at once. */
    record Accepted(OrderState state) implements Reply {
        @Override
        public long sequence() {
            return state.sequence();
        }
    }

    /** The order had been placed before; {@code state} is where it stands now. Nothing was done. */
    record Duplicate(OrderState state) implements Reply {
        @Override
        public long sequence() {
            return state.sequence();
        }
    }

    /** The order is closed with lots left over, by this cancel or before it (then nothing was done). */
    record Cancelled(OrderState state) implements Reply {
        @Override
        public long sequence() {
            return state.sequence();
        }
    }

    /** The order has the terms that were asked for, by this amendment or an earlier delivery of it. */
    record Amended(OrderState state) implements Reply {
        @Override
        public long sequence() {
            return state.sequence();
        }
    }

    /** Settlement's progress or prices are recorded; {@code changes} is 0 when all of it was known already. */
    record Recorded(int changes, long sequence) implements Reply {}

    /** The kill switch fires, or the session ends, at {@code atMillis} unless renewed; Unix milliseconds, 0 for never. */
    record TimerSet(long atMillis, long sequence) implements Reply {}

    /** So many open orders were cancelled. */
    record CancelledAll(int orders, long sequence) implements Reply {}

    /** A bracket was placed, now or ({@code repeated}) before: its orders have the ids from {@code firstOrderId} on. */
    record BracketPlaced(long firstOrderId, int legs, boolean repeated, long sequence) implements Reply {}

    /** A bracket was refused whole. @param leg index of the leg at fault, from 0 */
    record BracketRefused(int leg, Refused why) implements Reply {
        @Override
        public long sequence() {
            return why.sequence();
        }
    }

    /** Nothing was done. What {@code value} and {@code bound} hold stands with each {@link RefusalReason}. */
    record Refused(RefusalReason reason, long value, long bound, long sequence) implements Reply {}
}
