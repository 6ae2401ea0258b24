package dev.quantdesk.execution.engine;

/**
 * An order as it stands after a command.
 *
 * @param filledLots lots traded so far
 * @param remainingLots lots still open in the book; 0 once the order is closed
 * @param filledNotional sum over its trades of price in ticks times lots; divided by {@code filledLots} the mean price
 * @param sequence the engine's sequence after the command
 */
public record OrderState(
        long orderId, OrderStatus status, long filledLots, long remainingLots, long filledNotional, long sequence) {}
