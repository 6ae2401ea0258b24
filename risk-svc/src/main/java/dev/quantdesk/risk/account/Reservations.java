package dev.quantdesk.risk.account;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The decisions of one account that may be asked for again, oldest first, and which of them still hold margin. A
 * decision is remembered for as long as a reservation lives, so that a repeated call gets the first outcome. Not
 * thread-safe.
 */
final class Reservations {
    /** Reservations at a time that no engine event has taken up yet. */
    static final int HELD_MAX = 1_024;
    /** Decisions remembered; beyond it the oldest that hold nothing are forgotten early. */
    static final int REMEMBERED_MAX = 4_096;

    private final LinkedHashMap<UUID, Entry> entries = new LinkedHashMap<>();
    private int held;

    /** @param holds whether margin is reserved for the draft */
    record Entry(OrderDraft draft, Decision decision, long createdMillis, boolean holds) {
        private Entry released() {
            return new Entry(draft, decision, createdMillis, false);
        }
    }

    Optional<Entry> find(UUID id) {
        return Optional.ofNullable(entries.get(id));
    }

    boolean isFull() {
        return held >= HELD_MAX;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int held() {
        return held;
    }

    void put(UUID id, Entry entry) {
        if (entries.putIfAbsent(id, entry) != null) {
            throw new IllegalStateException("reservation " + id + " exists already");
        }
        if (entry.holds()) {
            held++;
        }
        if (entries.size() > REMEMBERED_MAX) {
            forgetOldest();
        }
    }

    /** Ends a reservation, still remembering its decision. @return its draft, if it held margin */
    Optional<OrderDraft> release(UUID id) {
        Entry entry = entries.get(id);
        if (entry == null || !entry.holds()) {
            return Optional.empty();
        }
        entries.put(id, entry.released());
        held--;
        return Optional.of(entry.draft());
    }

    /**
     * Forgets decisions made at or before {@code beforeMillis}.
     *
     * @param freeing takes the drafts whose margin becomes free; null to keep those that hold margin
     */
    void forget(long beforeMillis, Consumer<OrderDraft> freeing) {
        Iterator<Map.Entry<UUID, Entry>> oldestFirst = entries.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Entry entry = oldestFirst.next().getValue();
            if (entry.createdMillis() > beforeMillis) {
                return;
            }
            if (entry.holds() && freeing == null) {
                continue;
            }
            oldestFirst.remove();
            if (entry.holds()) {
                held--;
                freeing.accept(entry.draft());
            }
        }
    }

    private void forgetOldest() {
        Iterator<Entry> oldestFirst = entries.values().iterator();
        while (oldestFirst.hasNext()) {
            if (!oldestFirst.next().holds()) {
                oldestFirst.remove();
                return;
            }
        }
    }
}
