package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Orders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No account sees another's orders, even where both gave them the same name. */
@Timeout(10)
class OrderIsolationTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    @Test
    void shouldFindNothingWhenTheOrderIsAnothers() {
        long open = script.place(Orders.by(Orders.BOB).buy(1).at(90).clientId("bobs"))
                .orderId();
        long closed = script.place(Orders.by(Orders.BOB).buy(1).at(90).ioc().clientId("bobs-2"))
                .orderId();
        assertTrue(hub.find(Orders.BOB, open).isPresent());
        assertTrue(hub.find(Orders.BOB, closed).isPresent());
        for (long id : new long[] {open, closed}) {
            assertFalse(hub.find(Orders.ALICE, id).isPresent());
        }
        assertFalse(hub.find(Orders.ALICE, "bobs").isPresent());
        assertFalse(hub.knows(Orders.ALICE, "bobs"));
    }

    @Test
    void shouldKeepEqualNamesOfTwoAccountsApart() {
        long bobs = script.place(Orders.by(Orders.BOB).buy(1).at(90).clientId("same"))
                .orderId();
        long alices = script.place(Orders.by(Orders.ALICE).buy(1).at(90).clientId("same"))
                .orderId();
        assertEquals(
                Long.toString(bobs), hub.find(Orders.BOB, "same").orElseThrow().getOrderId());
        assertEquals(
                Long.toString(alices),
                hub.find(Orders.ALICE, "same").orElseThrow().getOrderId());
    }

    @Test
    void shouldStreamNothingOfAnotherAccount() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        try (var carols = hub.subscribe(Orders.CAROL, 0);
                var resumed = hub.subscribe(Orders.CAROL, 1)) {
            script.place(Orders.by(Orders.ALICE).buy(1).at(100));
            script.confirmed(1, 3, 1);
            assertEquals(0, carols.snapshot().orElseThrow().getOrdersCount());
            assertTrue(resumed.missed().isEmpty());
            assertTrue(carols.queue().isEmpty());
            assertTrue(resumed.queue().isEmpty());
        }
    }
}
