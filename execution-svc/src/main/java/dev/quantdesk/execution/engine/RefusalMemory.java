package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The most recent refusals by reservation. A command that is delivered again after its refusal freed the reservation
 * must be refused again, or an order would work on margin that nobody holds.
 */
final class RefusalMemory {
    private static final RefusalReason[] REASONS = RefusalReason.values();

    private final int capacity;
    private final Map<UUID, Refused> byReservation = new HashMap<>();
    private final ArrayDeque<UUID> oldestFirst = new ArrayDeque<>();

    /** @param leg of a bracket that was refused whole, the leg at fault; 0 for an order */
    record Refused(Reply.Refused reply, int leg) {}

    RefusalMemory(int capacity) {
        this.capacity = capacity;
    }

    void add(UUID reservationId, Reply.Refused refusal) {
        add(reservationId, refusal, 0);
    }

    void add(UUID reservationId, Reply.Refused refusal, int leg) {
        if (reservationId.equals(Command.NO_RESERVATION)
                || byReservation.put(reservationId, new Refused(refusal, leg)) != null) {
            return;
        }
        oldestFirst.add(reservationId);
        if (oldestFirst.size() > capacity) {
            byReservation.remove(oldestFirst.remove());
        }
    }

    /** The refusal that freed this reservation, or null. */
    Reply.Refused find(UUID reservationId) {
        Refused refused = findRefused(reservationId);
        return refused == null ? null : refused.reply();
    }

    Refused findRefused(UUID reservationId) {
        return byReservation.get(reservationId);
    }

    void save(SnapshotWriter out) {
        out.section("refusals", 1).int32(oldestFirst.size());
        for (UUID reservationId : oldestFirst) {
            Refused refused = byReservation.get(reservationId);
            Reply.Refused refusal = refused.reply();
            out.uuid(reservationId)
                    .int8(refused.leg())
                    .int8(refusal.reason().ordinal())
                    .int64(refusal.value())
                    .int64(refusal.bound())
                    .int64(refusal.sequence());
        }
    }

    void load(SnapshotReader in) {
        in.section("refusals", 1);
        for (int left = in.count(capacity); left > 0; left--) {
            UUID reservationId = in.uuid();
            int leg = in.int8();
            add(reservationId, new Reply.Refused(in.constant(REASONS), in.int64(), in.int64(), in.int64()), leg);
        }
    }

    void hash(StateHash hash) {
        for (UUID reservationId : oldestFirst) {
            hash.add(reservationId.getMostSignificantBits())
                    .add(reservationId.getLeastSignificantBits())
                    .add(byReservation.get(reservationId).reply().reason().ordinal())
                    .add(byReservation.get(reservationId).leg());
        }
    }
}
