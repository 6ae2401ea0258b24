package dev.quantdesk.execution.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The most recent refusals by reservation. A command that is delivered again after its refusal freed the reservation
 * must be refused again, or an order would work on margin that nobody holds.
 */
final class RefusalMemory {
    private final int capacity;
    private final Map<UUID, Reply.Refused> byReservation = new HashMap<>();
    private final ArrayDeque<UUID> oldestFirst = new ArrayDeque<>();

    RefusalMemory(int capacity) {
        this.capacity = capacity;
    }

    void add(UUID reservationId, Reply.Refused refusal) {
        if (reservationId.equals(Command.NO_RESERVATION) || byReservation.put(reservationId, refusal) != null) {
            return;
        }
        oldestFirst.add(reservationId);
        if (oldestFirst.size() > capacity) {
            byReservation.remove(oldestFirst.remove());
        }
    }

    /** The refusal that freed this reservation, or null. */
    Reply.Refused find(UUID reservationId) {
        return byReservation.get(reservationId);
    }

    void hash(StateHash hash) {
        for (UUID reservationId : oldestFirst) {
            hash.add(reservationId.getMostSignificantBits())
                    .add(reservationId.getLeastSignificantBits())
                    .add(byReservation.get(reservationId).reason().ordinal());
        }
    }
}
