package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quantdesk.kit.solana.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CancelTest {
    private final EngineFixture fixture = new EngineFixture();

    private static Command cancel(PublicKey account, long orderId, String clientOrderId) {
        return new Command.CancelOrder(account, orderId, clientOrderId, TraceParent.NONE);
    }

    private OrderState cancelled(Command command) {
        return assertInstanceOf(Reply.Cancelled.class, fixture.send(command)).state();
    }

    @Test
    void shouldCancelWhatIsLeftWhenNamedByOrderId() {
        fixture.place(by(ALICE).sell(5).at(100));
        fixture.place(by(BOB).buy(2).at(100));
        OrderState state = cancelled(cancel(ALICE, 1, ""));

        assertEquals(new OrderState(1, OrderStatus.CANCELLED, 2, 0, 200, 4), state);
        EngineEvent.OrderCancelled event = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.USER_REQUEST, event.reason());
        assertEquals(3, event.cancelledLots());
        assertEquals(2, event.filledLots());
    }

    @Test
    void shouldCancelWhenNamedByClientOrderId() {
        fixture.place(by(ALICE).sell(5).at(100).clientId("mine"));
        assertEquals(1, cancelled(cancel(ALICE, 0, "mine")).orderId());
    }

    @Test
    void shouldNotFindAnotherAccountsOrder() {
        fixture.place(by(ALICE).sell(5).at(100).clientId("mine"));
        fixture.place(by(BOB).sell(5).at(100));
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, cancel(BOB, 1, ""));
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, cancel(BOB, 0, "mine"));
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, cancel(ALICE, 99, ""));
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, cancel(Orders.CAROL, 1, ""));
        assertEquals(2, fixture.events.size());
    }

    @Test
    void shouldDoNothingMoreWhenRepeated() {
        fixture.place(by(ALICE).sell(5).at(100));
        cancelled(cancel(ALICE, 1, ""));
        int events = fixture.events.size();
        assertEquals(OrderStatus.CANCELLED, cancelled(cancel(ALICE, 1, "")).status());
        assertEquals(events, fixture.events.size());
    }

    @Test
    void shouldBeRefusedWhenTheOrderIsFilled() {
        fixture.trade(ALICE, BOB, 5, 100);
        Reply.Refused refused = fixture.refused(RefusalReason.ORDER_FILLED, cancel(ALICE, 2, ""));
        assertEquals(5, refused.bound());
    }
}
