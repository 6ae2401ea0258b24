package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.BracketForm;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderUpdate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream of orders tells of the legs of a bracket. */
@Timeout(10)
class BracketUpdatesTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);
    private final Subscription<OrderSnapshot, ChangedOrder> updates = hub.subscribe(Orders.ALICE, 0);

    /** The changes of one order since the last look. */
    private List<OrderChange> changesOf(String clientOrderId) {
        List<ChangedOrder> seen = new ArrayList<>();
        updates.queue().drainTo(seen);
        return seen.stream()
                .map(ChangedOrder::toProto)
                .filter(update -> update.getOrder().getClientOrderId().equals(clientOrderId))
                .map(OrderUpdate::getChange)
                .toList();
    }

    @Test
    void shouldTellWhenAnExitGoesToWorkAndWheneverItsSizeChanges() {
        script.send(BracketForm.of(Orders.by(Orders.ALICE).buy(10).at(100))
                .target(Orders.by(Orders.ALICE).sell(10).at(110))
                .stop(Orders.by(Orders.ALICE)
                        .sell(10)
                        .at(80)
                        .market()
                        .clientId("stop")
                        .when(Trigger.Kind.STOP, PriceSource.LAST, 90))
                .build());
        assertEquals(List.of(OrderChange.ORDER_CHANGE_ACCEPTED), changesOf("stop"));
        script.place(Orders.by(Orders.BOB).sell(4).at(100).ioc());
        assertEquals(List.of(OrderChange.ORDER_CHANGE_ACTIVATED), changesOf("stop"));
        script.place(Orders.by(Orders.BOB).sell(4).at(100).ioc());
        assertEquals(List.of(OrderChange.ORDER_CHANGE_RESIZED), changesOf("stop"));
        script.place(Orders.by(Orders.BOB).buy(3).at(110).ioc());
        assertEquals(List.of(OrderChange.ORDER_CHANGE_RESIZED), changesOf("stop"));
        script.place(Orders.by(Orders.BOB).buy(5).at(110).ioc());
        assertEquals(
                List.of(OrderChange.ORDER_CHANGE_TRIGGER_DECIDED, OrderChange.ORDER_CHANGE_CANCELLED),
                changesOf("stop"));
    }
}
