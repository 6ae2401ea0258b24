package dev.quantdesk.risk.account;

import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.margin.Side;
import java.util.UUID;

/** What an event of the order engine means for accounts. */
public sealed interface EngineChange {

    /** An order was accepted. @param reservation the margin it takes up; {@link #NO_RESERVATION} for none */
    record Accepted(PublicKey account, OpenOrder order, UUID reservation) implements EngineChange {}

    /** An order has other terms. @param reservation what replaces the margin it took up so far */
    record Amended(PublicKey account, long orderId, long priceTicks, long lots, UUID reservation)
            implements EngineChange {}

    /** An order of a bracket may trade another quantity. */
    record Sized(PublicKey account, long orderId, long lots) implements EngineChange {}

    /** Two orders traded. */
    record Matched(Market market, long ticks, long lots, Fill maker, Fill taker) implements EngineChange {}

    /** One side of a trade. @param remainingLots what the order has left after it */
    record Fill(PublicKey account, long orderId, Side side, long remainingLots) {}

    /** An order is no longer open. */
    record Closed(PublicKey account, long orderId) implements EngineChange {}

    /** The engine refused an order; its reservation is free. */
    record Refused(PublicKey account, UUID reservation) implements EngineChange {}

    /** Nothing that concerns margin. */
    record Irrelevant() implements EngineChange {}

    /** Stands for an order that no margin was reserved for. */
    UUID NO_RESERVATION = new UUID(0, 0);
}
