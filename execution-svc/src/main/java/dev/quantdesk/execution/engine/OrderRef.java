package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.UUID;

/**
 * What every event says about the order it concerns, so that a consumer needs no look-up.
 *
 * @param orderId assigned by the engine, from 1
 * @param reservationId the margin reservation the order was accepted with
 * @param trace the trace the order was placed in
 */
public record OrderRef(long orderId, PublicKey account, String clientOrderId, UUID reservationId, TraceParent trace) {}
