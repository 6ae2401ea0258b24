package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.TradeOrdersResponse;
import io.opentelemetry.api.trace.Span;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** One message of a trading stream on its way. Handed from thread to thread through queues; one uses it at a time. */
final class TradeStep {
    /** Stands behind the last message. */
    static final TradeStep END = new TradeStep(0, Span.getInvalid());

    final long correlationId;
    final Span span;

    /** Why it goes no further, or null. */
    Exception refusal;

    /** The order to place, or null. */
    OrderEntry.Wanted wanted;

    UUID reservation = Command.NO_RESERVATION;

    /** The cancel to make, or null. */
    Command.CancelOrder cancel;

    /** The amendment to make, or null. */
    AmendOrderRequest amend;

    /** The same, checked against the order as it was then; null before, or where it was refused. */
    OrderEntry.Amending amending;

    /** What is answered where the engine is not asked, or null. */
    TradeOrdersResponse.Builder ready;

    /** The engine's answer, once it was asked. */
    CompletableFuture<Reply> reply;

    TradeStep(long correlationId, Span span) {
        this.correlationId = correlationId;
        this.span = span;
    }
}
