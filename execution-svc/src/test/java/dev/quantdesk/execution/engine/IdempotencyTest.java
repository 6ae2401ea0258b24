package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class IdempotencyTest {
    private final EngineFixture fixture = new EngineFixture();

    @Test
    void shouldAnswerWithThePresentStateWhenAnOrderIsRepeated() {
        Command.PlaceOrder order = by(ALICE).sell(5).at(100).build();
        fixture.send(order);
        fixture.place(by(BOB).buy(2).at(100));
        int events = fixture.events.size();

        assertEquals(new OrderState(1, OrderStatus.PARTIALLY_FILLED, 2, 3, 200, events), fixture.stateOf(order));
        assertEquals(events, fixture.events.size());
    }

    @Test
    void shouldFreeTheRepeatsOwnReservation() {
        Orders order = by(ALICE).sell(5).at(100);
        fixture.place(order);
        UUID second = new UUID(9, 9);
        fixture.stateOf(order.reservation(second).signedAgain().build());

        EngineEvent.OrderRefused refused = fixture.last(EngineEvent.OrderRefused.class);
        assertEquals(RefusalReason.DUPLICATE, refused.reason());
        assertEquals(second, refused.reservationId());
        assertEquals(ALICE, refused.account());
    }

    @Test
    void shouldRefuseOtherContentUnderAUsedClientOrderId() {
        Orders order = by(ALICE).sell(5).at(100);
        fixture.place(order);
        fixture.refused(
                RefusalReason.CLIENT_ORDER_ID_REUSED, 1, 0, order.at(101).reservation(new UUID(9, 1)));
        fixture.refused(
                RefusalReason.CLIENT_ORDER_ID_REUSED,
                1,
                0,
                order.at(100).nonce(12345).reservation(new UUID(9, 2)));
    }

    @Test
    void shouldLetTwoAccountsUseTheSameClientOrderId() {
        fixture.place(by(ALICE).sell(5).at(100).clientId("mine"));
        assertEquals(2, fixture.place(by(BOB).sell(5).at(100).clientId("mine")).orderId());
    }

    @Test
    void shouldBeRefusedAgainWhenTheRefusalFreedTheReservation() {
        Command.PlaceOrder order = by(BOB).buy(5).at(100).fok().build();
        fixture.refused(RefusalReason.FOK_NOT_FILLABLE, order);
        fixture.place(by(ALICE).sell(5).at(100));
        int events = fixture.events.size();

        fixture.refused(RefusalReason.FOK_NOT_FILLABLE, order);
        assertEquals(events, fixture.events.size());
    }

    @Test
    void shouldBeTakenAfterARefusalWhenItComesWithANewReservation() {
        Orders order = by(BOB).buy(5).at(100).fok();
        fixture.refused(RefusalReason.FOK_NOT_FILLABLE, order.build());
        fixture.place(by(ALICE).sell(5).at(100));
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(order.reservation(new UUID(9, 9))).status());
    }

    @Test
    void shouldForgetTheOldestClosedOrdersFirst() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.CLOSED_ORDERS, 2));
        Command.PlaceOrder open = by(ALICE).sell(1).at(500).build();
        small.send(open);
        List<Command.PlaceOrder> closed = List.of(
                by(ALICE).buy(1).at(1).ioc().build(),
                by(ALICE).buy(1).at(1).ioc().build(),
                by(ALICE).buy(1).at(1).ioc().build());
        closed.forEach(small::send);

        assertEquals(3, small.stateOf(closed.get(1)).orderId());
        assertEquals(4, small.stateOf(closed.get(2)).orderId());
        assertEquals(1, small.stateOf(open).orderId());
        // Forgotten, but its intent lives: the nonce still keeps it from being carried out twice.
        Command.PlaceOrder forgotten = closed.getFirst();
        assertInstanceOf(Reply.Refused.class, small.refused(RefusalReason.NONCE_REPLAYED, forgotten));
    }
}
