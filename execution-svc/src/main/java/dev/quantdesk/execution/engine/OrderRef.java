package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.UUID;

/**
 * What every event says about the order it concerns, so that a consumer needs no look-up.
 *
 * @param orderId assigned by the engine, from 1
 * @param reservationId the margin reservation the order was accepted with
 * @param trace the trace the order was placed in
 * @param parentOrderId the algo order that it is a child of, or {@link #NO_PARENT}
 */
public record OrderRef(
        long orderId,
        PublicKey account,
        String clientOrderId,
        UUID reservationId,
        TraceParent trace,
        long parentOrderId) {
    public static final long NO_PARENT = 0;

    /** Of an order that is nobody's child. */
    public OrderRef(long orderId, PublicKey account, String clientOrderId, UUID reservationId, TraceParent trace) {
        this(orderId, account, clientOrderId, reservationId, trace, NO_PARENT);
    }

    public boolean isChild() {
        return parentOrderId != NO_PARENT;
    }
}
