package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.Algos;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.snapshot.Chunks;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrderStatus;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** While the tables are built, an order that was acknowledged is never said not to exist, nor shown as it no longer is. */
@Timeout(60)
class LaggingTablesTest {
    private static final PublicKey ALICE = OrderForm.ALICE.publicKey();

    private final EntryFixture mesh = new EntryFixture();

    /** Accepted and cancelled at once, with two events. */
    private long closedOrder(String clientOrderId) {
        return mesh.script
                .place(Orders.by(ALICE).buy(1).at(100).ioc().clientId(clientOrderId))
                .orderId();
    }

    /** Others' orders are closed until memory has no room for this one. */
    private void forget(long orderId) {
        while (mesh.hub.find(ALICE, orderId).isPresent()) {
            mesh.script.place(Orders.by(Orders.CAROL).buy(1).at(100).ioc());
        }
    }

    private static void assertAskAgain(Executable call) {
        assertEquals(1_000, Refusal.expect(Reason.UPSTREAM_UNAVAILABLE, call).retryMillis());
    }

    @Test
    void shouldAskForPatienceUntilTheTablesHaveTheOrderThatMemoryHasForgotten() throws Exception {
        long id = closedOrder("old");
        forget(id);
        assertAskAgain(() -> mesh.reader.find(ALICE, id));
        assertAskAgain(() -> mesh.reader.findByClientOrderId(ALICE, "old"));
        assertAskAgain(() -> mesh.reader.list(ALICE, Long.MAX_VALUE, 10));
        assertAskAgain(() -> mesh.reader.find(ALICE, 999_999));

        mesh.project(2);
        Order order = mesh.reader.find(ALICE, id).orElseThrow();
        assertEquals(CancelReason.CANCEL_REASON_NO_LIQUIDITY, order.getCancelReason());
        assertEquals(Optional.of(order), mesh.reader.findByClientOrderId(ALICE, "old"));
        assertEquals(List.of(order), mesh.reader.list(ALICE, Long.MAX_VALUE, 10));
        assertEquals(Optional.empty(), mesh.reader.find(ALICE, 999_999));
        assertEquals(Optional.empty(), mesh.reader.findByClientOrderId(ALICE, "nobody's"));
    }

    @Test
    void shouldSayThatThereIsNoSuchOrderWhileMemoryHasAllThatTheTablesLack() throws Exception {
        long id = closedOrder("kept");
        assertEquals(
                id, Long.parseLong(mesh.reader.find(ALICE, id).orElseThrow().getOrderId()));
        assertEquals(Optional.empty(), mesh.reader.find(ALICE, 999_999));
        assertEquals(List.of(), mesh.reader.list(ALICE, Long.MAX_VALUE, 10));
    }

    @Test
    void shouldGiveAnOrderThatIsOverFromTablesThatAreBehind() throws Exception {
        long early = closedOrder("early");
        long late = closedOrder("late");
        forget(late);
        mesh.project(2);
        assertEquals("early", mesh.reader.find(ALICE, early).orElseThrow().getClientOrderId());
        assertAskAgain(() -> mesh.reader.find(ALICE, late));
        assertAskAgain(() -> mesh.reader.list(ALICE, Long.MAX_VALUE, 10));
    }

    @Test
    void shouldNotShowAnOrderAsOpenThatWasCancelledSince() throws Exception {
        long id = mesh.script
                .place(Orders.by(ALICE).buy(1).at(90).clientId("mine"))
                .orderId();
        mesh.script.cancel(ALICE, id);
        forget(id);
        mesh.project(1);
        assertAskAgain(() -> mesh.reader.find(ALICE, id));
        mesh.project(2);
        assertEquals(
                OrderStatus.ORDER_STATUS_CANCELLED,
                mesh.reader.find(ALICE, id).orElseThrow().getStatus());
    }

    @Test
    void shouldLookInTheTablesAgainWhenTheOrderHasComeAndGoneWhileMemoryCaughtUp() throws Exception {
        EntryFixture other = new EntryFixture(EntryFixture.limits(10, 1_000_000), false);
        long id = other.script
                .place(Orders.by(ALICE).buy(1).at(100).ioc().clientId("old"))
                .orderId();
        for (int i = 0; i < 10_000; i++) {
            other.script.place(Orders.by(Orders.CAROL).buy(1).at(100).ioc());
        }
        OrderReader reader = other.readerWith(_ -> {
            long known = other.hub.forgottenSequence();
            if (known == 0) {
                other.script.events().forEach(event -> other.hub.onEvent(event, false));
            } else {
                other.project(2);
            }
            return CompletableFuture.completedFuture(
                    (long) other.script.events().size());
        });
        assertAskAgain(() -> reader.find(ALICE, id));
        assertEquals("old", reader.find(ALICE, id).orElseThrow().getClientOrderId());
    }

    @Test
    void shouldAskForPatienceAlsoWhereAnAlgoOrderIsMissing() throws Exception {
        mesh.script.send(Algos.iceberg(Orders.by(ALICE).sell(20).at(95).clientId("ice"), 5));
        long id = mesh.algoHub
                .find(ALICE, "ice")
                .map(order -> Long.parseLong(order.getAlgoOrderId()))
                .orElseThrow();
        mesh.script.send(new Command.CancelAlgo(ALICE, id, "", TraceParent.NONE));
        int ended = mesh.script.events().size();
        for (int i = 0; mesh.algoHub.find(ALICE, id).isPresent(); i++) {
            String name = "other-" + i;
            mesh.script.send(
                    Algos.iceberg(Orders.by(Orders.CAROL).sell(20).at(95).clientId(name), 5));
            mesh.script.send(new Command.CancelAlgo(Orders.CAROL, 0, name, TraceParent.NONE));
        }
        assertAskAgain(() -> mesh.algoReader.find(ALICE, id));
        assertAskAgain(() -> mesh.algoReader.findByClientOrderId(ALICE, "ice"));
        assertAskAgain(() -> mesh.algoReader.list(ALICE, Long.MAX_VALUE, 10));

        mesh.project(ended);
        assertEquals(
                AlgoOrderStatus.ALGO_ORDER_STATUS_CANCELLED,
                mesh.algoReader.find(ALICE, id).orElseThrow().getStatus());
        assertEquals(1, mesh.algoReader.list(ALICE, Long.MAX_VALUE, 10).size());
        assertEquals(Optional.empty(), mesh.algoReader.find(ALICE, 999_999));

        AlgoHub loaded = new AlgoHub(OrderForm.MARKETS);
        Chunks.of(mesh.algoHub::save).read(loaded::load);
        assertEquals(mesh.algoHub.forgottenSequence(), loaded.forgottenSequence());
    }
}
