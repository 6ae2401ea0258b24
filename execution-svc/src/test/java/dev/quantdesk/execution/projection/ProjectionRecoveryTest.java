package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.cluster.SinkResetException;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.db.Database;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch is written whole or not at all, and where to go on is always known. */
@Timeout(30)
class ProjectionRecoveryTest {
    private final Stores stores = Stores.shared().emptied();
    private final OrderRepository repository = new OrderRepository(stores.reader(), EngineScript.MARKETS);
    private final PostgresProjection projection = new PostgresProjection(stores.writer());
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private List<EngineEvent> events(int from, int to) {
        return script.events().subList(from, to);
    }

    @Test
    void shouldStartBeforeTheFirstEventWhenTheTablesAreEmpty() {
        assertEquals(0, projection.resumeAfterSequence());
    }

    @Test
    void shouldKeepNothingOfABatchThatFailedAndTakeItAgain() throws Exception {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.ALICE).buy(2).at(100));
        projection.accept(events(0, 1));
        // A trade of an order that is not stored, after events that are fine.
        EngineEvent.Trade trade = (EngineEvent.Trade) script.events().get(2);
        EngineEvent.Trade orphan = new EngineEvent.Trade(
                3,
                trade.timeMillis(),
                1,
                1,
                trade.takerSide(),
                100,
                1,
                trade.maker(),
                0,
                new OrderRef(
                        99,
                        Orders.ALICE,
                        "nobody's",
                        trade.taker().reservationId(),
                        trade.taker().trace()),
                1);
        var failed = assertThrows(
                Database.DatabaseException.class,
                () -> projection.accept(List.of(script.events().get(1), orphan)));
        assertEquals("23503", failed.sqlState());

        assertEquals(1, projection.resumeAfterSequence());
        assertEquals(Optional.empty(), repository.find(Orders.ALICE, 2).value());
        assertEquals(0, repository.find(Orders.BOB, 1).value().orElseThrow().getFillsCount());

        projection.accept(events(1, 3));
        assertEquals(3, projection.resumeAfterSequence());
        assertEquals(hub.find(Orders.ALICE, 2), repository.find(Orders.ALICE, 2).value());
        assertEquals(hub.find(Orders.BOB, 1), repository.find(Orders.BOB, 1).value());
    }

    @Test
    void shouldAskToBeginAgainWhenABatchIsDeliveredThatIsStoredAlready() throws Exception {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.ALICE).buy(2).at(100));
        projection.accept(events(0, 3));
        // The commit's answer was lost, so the follower sends the batch again.
        assertThrows(SinkResetException.class, () -> projection.accept(events(0, 3)));
        assertEquals(3, projection.resumeAfterSequence());
        assertEquals(hub.find(Orders.ALICE, 2), repository.find(Orders.ALICE, 2).value());
    }

    @Test
    void shouldAskToBeginAgainAndWriteNothingWhenTheTablesHaveGoneBack() throws Exception {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        script.place(Orders.by(Orders.ALICE).buy(2).at(100));
        projection.accept(events(0, 1));
        stores.emptied();
        SinkResetException reset = assertThrows(SinkResetException.class, () -> projection.accept(events(1, 3)));
        assertTrue(reset.getMessage().contains("not at 1"), reset.getMessage());
        assertEquals(Optional.empty(), repository.find(Orders.ALICE, 2).value());

        assertEquals(0, projection.resumeAfterSequence());
        projection.accept(events(0, 3));
        assertEquals(hub.find(Orders.ALICE, 2), repository.find(Orders.ALICE, 2).value());
    }
}
