package dev.quantdesk.execution.engine;

import java.util.Objects;

/** One leg of a bracket that is to be placed. */
public record BracketOrder(LegRole role, Command.PlaceOrder order) {
    public BracketOrder {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(order, "order");
    }
}
