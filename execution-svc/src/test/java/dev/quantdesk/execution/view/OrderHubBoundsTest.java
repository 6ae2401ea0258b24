package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.proto.execution.v1.FillSettlement;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept in memory has a bound, and what is forgotten is the oldest. */
@Timeout(20)
class OrderHubBoundsTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private long placedAndCancelled(String clientOrderId) {
        long id = script.place(Orders.by(Orders.ALICE).buy(1).at(90).clientId(clientOrderId))
                .orderId();
        script.cancel(Orders.ALICE, id);
        return id;
    }

    @Test
    void shouldForgetTheOldestClosedOrderWhenFullAndNeverAnOpenOne() {
        long open = script.place(Orders.by(Orders.ALICE).buy(1).at(80).clientId("open"))
                .orderId();
        long first = placedAndCancelled("first");
        long second = placedAndCancelled("second");
        for (int i = 2; i < OrderHub.CLOSED_MAX; i++) {
            placedAndCancelled("more-" + i);
        }
        assertTrue(hub.find(Orders.ALICE, first).isPresent());
        assertEquals(0, hub.forgottenSequence());
        placedAndCancelled("last");
        assertFalse(hub.find(Orders.ALICE, first).isPresent());
        assertFalse(hub.find(Orders.ALICE, "first").isPresent());
        assertFalse(hub.knows(Orders.ALICE, "first"));
        assertTrue(hub.find(Orders.ALICE, second).isPresent());
        assertTrue(hub.knows(Orders.ALICE, "second"));
        assertTrue(hub.find(Orders.ALICE, open).isPresent());
        assertTrue(hub.knows(Orders.ALICE, "open"));
        assertEquals(3, hub.forgottenSequence(), "the first was cancelled with the third event");
        OrderHub loaded = new OrderHub(EngineScript.MARKETS);
        Chunks.of(hub::save).read(loaded::load);
        assertEquals(3, loaded.forgottenSequence());
        loaded.clear();
        assertEquals(0, loaded.forgottenSequence());
    }

    /** Order entry asks the engine without a reservation when the hub knows a name: the engine has to know it too. */
    @Test
    void shouldForgetClosedOrdersBeforeTheEngineDoes() {
        assertTrue(OrderHub.CLOSED_MAX < EngineLimits.DEFAULTS.closedOrders());
    }

    @Test
    void shouldShowAnOrderAsItWasAtAnEventUntilThatIsForgotten() {
        script.place(Orders.by(Orders.BOB).sell(1).at(90));
        var placed = script.place(Orders.by(Orders.ALICE).buy(3).at(90));
        long id = placed.orderId();
        script.cancel(Orders.ALICE, id);
        long cancelled = script.sequence();
        Order then = hub.findAt(placed.sequence(), Orders.ALICE, id).orElseThrow();
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, then.getStatus());
        assertEquals(placed.sequence(), then.getSequence());
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED,
                hub.findAt(cancelled, Orders.ALICE, id).orElseThrow().getStatus());
        assertEquals(hub.find(Orders.ALICE, id), hub.findAt(Long.MAX_VALUE, Orders.ALICE, id));
        assertFalse(hub.findAt(placed.sequence(), Orders.BOB, id).isPresent(), "it is not his");
        assertFalse(hub.findAt(1, Orders.ALICE, id).isPresent(), "there was none yet");
        for (int i = 0; i < OrderHub.UPDATES_MAX; i++) {
            placedAndCancelled("more-" + i);
        }
        assertFalse(hub.findAt(placed.sequence(), Orders.ALICE, id).isPresent());
    }

    @Test
    void shouldShowTheLatestFillsOnlyAndStillCountAll() {
        int trades = OrderView.FILLS_MAX + 20;
        long id = script.place(Orders.by(Orders.ALICE).buy(trades).at(100)).orderId();
        for (int i = 0; i < trades; i++) {
            script.place(Orders.by(Orders.BOB).sell(1).at(100));
        }
        Order order = hub.find(Orders.ALICE, id).orElseThrow();
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, order.getStatus());
        assertEquals("0.012", order.getFilledQuantity());
        assertEquals(OrderView.FILLS_MAX, order.getFillsCount());
        assertEquals("21", order.getFills(0).getTradeId());
        assertEquals(
                Long.toString(trades), order.getFills(OrderView.FILLS_MAX - 1).getTradeId());

        for (long trade = 1; trade < trades; trade++) {
            script.confirmed(1, trade, trade);
            assertEquals(
                    OrderStatus.ORDER_STATUS_FILLED,
                    hub.find(Orders.ALICE, id).orElseThrow().getStatus());
        }
        script.confirmed(1, trades, trades);
        Order settled = hub.find(Orders.ALICE, id).orElseThrow();
        assertEquals(OrderStatus.ORDER_STATUS_SETTLED, settled.getStatus());
        assertTrue(settled.getFillsList().stream()
                .allMatch(fill -> fill.getSettlement() == FillSettlement.FILL_SETTLEMENT_CONFIRMED));
    }
}
