package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel gives the order as it then is; an order that the account does not have is not found, whoever has it. */
@Timeout(30)
class CancelOrderTest {
    private final EntryFixture mesh = new EntryFixture();

    private Order openOrder(String clientOrderId) throws Exception {
        return mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("100").clientId(clientOrderId))
                .order();
    }

    private void assertCancelled(Order order) {
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, order.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_USER_REQUEST, order.getCancelReason());
    }

    @Test
    void shouldCancelByEitherName() throws Exception {
        assertCancelled(mesh.cancel(OrderForm.ALICE, openOrder("one").getOrderId()));
        openOrder("two");
        assertCancelled(mesh.cancelByName(OrderForm.ALICE, "two"));
    }

    @Test
    void shouldNotAskRisk() throws Exception {
        Order order = openOrder("mine");
        mesh.riskRefuses = Reason.UPSTREAM_UNAVAILABLE;
        assertCancelled(mesh.cancel(OrderForm.ALICE, order.getOrderId()));
        assertEquals(1, mesh.reservations.size());
    }

    @Test
    void shouldGiveTheSameWhenCancelledAgain() throws Exception {
        Order order = openOrder("mine");
        Order cancelled = mesh.cancel(OrderForm.ALICE, order.getOrderId());
        assertEquals(cancelled, mesh.cancel(OrderForm.ALICE, order.getOrderId()));
        assertEquals(cancelled, mesh.cancelByName(OrderForm.ALICE, "mine"));
    }

    @Test
    void shouldGiveAFilledOrderAsItIs() throws Exception {
        Order order = openOrder("mine");
        mesh.placeAs(OrderForm.BOB, OrderForm.sell(OrderForm.BOB, "0.01").at("100"));
        assertEquals(
                OrderStatus.ORDER_STATUS_FILLED,
                mesh.cancel(OrderForm.ALICE, order.getOrderId()).getStatus());
        mesh.script.confirmed(1, 8, 1);
        assertEquals(
                OrderStatus.ORDER_STATUS_SETTLED,
                mesh.cancelByName(OrderForm.ALICE, "mine").getStatus());
    }

    @Test
    void shouldGiveAnOrderFromTheTablesWhenTheEngineHasForgottenIt() throws Exception {
        EntryFixture later = new EntryFixture(EntryFixture.forgetful(), false);
        var alice = OrderForm.ALICE.publicKey();
        long id = later.script
                .place(Orders.by(alice).buy(1).at(100).ioc().clientId("old"))
                .orderId();
        later.script.place(Orders.by(alice).buy(1).at(100).ioc());
        later.project();
        // This node's view is as far as the engine, and has forgotten the order too.
        later.script.events().forEach(event -> later.hub.onEvent(otherAccount(event), false));
        Order order = later.cancel(OrderForm.ALICE, Long.toString(id));
        assertEquals(CancelReason.CANCEL_REASON_NO_LIQUIDITY, order.getCancelReason());
        assertEquals(order, later.cancelByName(OrderForm.ALICE, "old"));
    }

    /** The same sequence, about nobody's order. */
    private static EngineEvent otherAccount(EngineEvent event) {
        return new EngineEvent.OrderRefused(
                event.sequence(),
                event.timeMillis(),
                event.marketId(),
                Orders.CAROL,
                "nobody's",
                new UUID(0, 1),
                TraceParent.NONE,
                RefusalReason.DUPLICATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "999", "9223372036854775807", "9999999999999999999"})
    void shouldNotFindAnOrderThatIsAnothersOrNobodys(String orderId) throws Exception {
        Order bobs = mesh.placeAs(
                        OrderForm.BOB,
                        OrderForm.buy(OrderForm.BOB, "0.01").at("100").clientId("bobs"))
                .order();
        mesh.project();
        assertEquals("1", bobs.getOrderId());
        Refusal foreign = Refusal.expect(Reason.ORDER_NOT_FOUND, () -> mesh.cancel(OrderForm.ALICE, orderId));
        assertTrue(foreign.figures().isEmpty(), "says nothing of what exists");
        Refusal.expect(Reason.ORDER_NOT_FOUND, () -> mesh.cancelByName(OrderForm.ALICE, "bobs"));
        assertEquals(
                OrderStatus.ORDER_STATUS_OPEN,
                mesh.reader.find(OrderForm.BOB.publicKey(), 1).orElseThrow().getStatus());
    }
}
