package dev.quantdesk.execution.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.IdleStrategy;

/**
 * Lets the engine's threads sleep long without answering late: whoever does work wakes the others. Polling with short
 * sleeps costs a quarter of a core at idle; with this it is a few percent. Thread-safe.
 */
public final class WakeGroup {
    private static final int YIELDS_BEFORE_PARK = 4;

    private volatile Member[] members = {};

    /** A strategy for one thread, which sleeps at most {@code maxPark} at a time. */
    IdleStrategy join(Duration maxPark) {
        Member member = new Member(this, maxPark.toNanos());
        change(list -> list.add(member));
        return member;
    }

    /** A strategy for one thread whose work wakes the group, and which others' work does not wake. */
    IdleStrategy beside(Duration maxPark) {
        return new Member(this, maxPark.toNanos());
    }

    /** The strategy's thread has ended. */
    void leave(IdleStrategy strategy) {
        change(list -> list.remove(strategy));
    }

    /** Wakes every sleeping thread of the group: there may be work. */
    void wakeAll() {
        wakeOthers(null);
    }

    private synchronized void change(Consumer<List<IdleStrategy>> change) {
        List<IdleStrategy> list = new ArrayList<>(List.of(members));
        change.accept(list);
        members = list.toArray(Member[]::new);
    }

    private void wakeOthers(Member self) {
        for (Member member : members) {
            if (member != self) {
                member.wake();
            }
        }
    }

    private static final class Member implements IdleStrategy {
        private final WakeGroup group;
        private final long maxParkNanos;
        private volatile boolean parked;
        private volatile boolean signalled;
        private volatile Thread thread;
        private int yields;

        Member(WakeGroup group, long maxParkNanos) {
            this.group = group;
            this.maxParkNanos = maxParkNanos;
        }

        @Override
        public void idle(int workCount) {
            if (workCount > 0) {
                reset();
                group.wakeOthers(this);
            } else {
                idle();
            }
        }

        @Override
        public void idle() {
            if (yields < YIELDS_BEFORE_PARK) {
                yields++;
                Thread.yield();
                return;
            }
            park();
        }

        /** The flags are set and read in opposite order here and in {@link #wake()}, so no signal is lost. */
        private void park() {
            thread = Thread.currentThread();
            parked = true;
            if (!signalled) {
                LockSupport.parkNanos(this, maxParkNanos);
            }
            parked = false;
            if (signalled) {
                signalled = false;
                yields = 0;
            }
        }

        void wake() {
            if (!signalled) {
                signalled = true;
            }
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void reset() {
            yields = 0;
        }

        @Override
        public String alias() {
            return "wake-group";
        }
    }
}
