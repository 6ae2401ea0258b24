package dev.quantdesk.execution.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.cluster.LogFollower;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.OrderRef;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.execution.view.RandomTrading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The tables and the memory tell the same of every order, whatever has happened to it. Run one seed again with
 * {@code -Dprojection.seed=…}.
 */
@Timeout(40)
class ProjectionEqualsViewTest {
    private static final int SEEDS = 3;
    private static final int STEPS = 250;

    private final Stores stores = Stores.shared().emptied();
    private final OrderRepository repository = new OrderRepository(stores.reader(), EngineScript.MARKETS);
    private final AlgoRepository algoRepository = new AlgoRepository(stores.reader(), EngineScript.MARKETS);

    @Test
    void shouldShowTheSameOrdersAsMemoryAfterAnyCommands() throws Exception {
        long first = Long.getLong("projection.seed", System.nanoTime() & 0xFFFF_FFFFL);
        int seeds = System.getProperty("projection.seed") == null ? SEEDS : 1;
        for (long seed = first; seed < first + seeds; seed++) {
            System.out.println("ProjectionEqualsViewTest seed: " + seed);
            stores.emptied();
            run(seed);
        }
    }

    private void run(long seed) throws Exception {
        Random random = new Random(seed);
        OrderHub hub = new OrderHub(EngineScript.MARKETS);
        AlgoHub algoHub = new AlgoHub(EngineScript.MARKETS);
        List<OrderRef> algos = new ArrayList<>();
        EngineScript script = new EngineScript();
        RandomTrading trading = new RandomTrading(random, script);
        PostgresProjection projection = new PostgresProjection(stores.writer());
        List<OrderRef> orders = new ArrayList<>();
        int delivered = 0;
        for (int i = 1; i <= STEPS; i++) {
            trading.step();
            if (i == STEPS || random.nextInt(20) == 0) {
                List<EngineEvent> events = script.events();
                while (delivered < events.size()) {
                    int end = Math.min(events.size(), delivered + 1 + random.nextInt(LogFollower.BATCH_EVENTS_MAX));
                    List<EngineEvent> batch = List.copyOf(events.subList(delivered, end));
                    projection.accept(batch);
                    batch.forEach(event -> follow(event, hub, orders));
                    batch.forEach(event -> followAlgos(event, algoHub, algos));
                    delivered = end;
                }
                assertEquals(script.sequence(), projection.resumeAfterSequence());
                if (!orders.isEmpty()) {
                    compare(hub, orders.get(random.nextInt(orders.size())), seed);
                }
                if (!algos.isEmpty()) {
                    compareAlgo(algoHub, algos.get(random.nextInt(algos.size())), seed);
                }
            }
        }
        assertTrue(orders.size() > STEPS / 10, "seed " + seed + " placed " + orders.size() + " orders only");
        for (OrderRef order : orders) {
            compare(hub, order, seed);
        }
        assertTrue(orders.stream().anyMatch(OrderRef::isChild), "seed " + seed + " made no child orders");
        for (OrderRef algo : algos) {
            compareAlgo(algoHub, algo, seed);
        }
    }

    private static void followAlgos(EngineEvent event, AlgoHub hub, List<OrderRef> algos) {
        hub.onEvent(event, false);
        if (event instanceof EngineEvent.AlgoAccepted accepted) {
            algos.add(accepted.ref());
        }
    }

    private void compareAlgo(AlgoHub hub, OrderRef algo, long seed) throws Exception {
        var shown = hub.find(algo.account(), algo.orderId());
        assertTrue(shown.isPresent());
        assertEquals(shown, algoRepository.find(algo.account(), algo.orderId()).value(), () -> "seed " + seed);
        assertEquals(
                hub.find(algo.account(), algo.clientOrderId()),
                algoRepository
                        .findByClientOrderId(algo.account(), algo.clientOrderId())
                        .value(),
                () -> "seed " + seed);
    }

    private static void follow(EngineEvent event, OrderHub hub, List<OrderRef> orders) {
        hub.onEvent(event, false);
        if (event instanceof EngineEvent.OrderAccepted accepted) {
            orders.add(accepted.ref());
        }
    }

    private void compare(OrderHub hub, OrderRef order, long seed) throws Exception {
        var shown = hub.find(order.account(), order.orderId());
        assertTrue(shown.isPresent());
        assertEquals(shown, repository.find(order.account(), order.orderId()).value(), () -> "seed " + seed);
        assertEquals(
                hub.find(order.account(), order.clientOrderId()),
                repository
                        .findByClientOrderId(order.account(), order.clientOrderId())
                        .value(),
                () -> "seed " + seed);
    }

    @Test
    void shouldShowTheSameLatestFillsWhenThereAreMoreThanAreShown() throws Exception {
        OrderHub hub = new OrderHub(EngineScript.MARKETS);
        EngineScript script = new EngineScript(hub);
        long id = script.place(Orders.by(Orders.ALICE).buy(110).at(100)).orderId();
        for (int i = 0; i < 105; i++) {
            script.place(Orders.by(Orders.BOB).sell(1).at(100));
        }
        script.confirmed(1, 3, 1, 50, 105);
        PostgresProjection projection = new PostgresProjection(stores.writer());
        List<EngineEvent> events = script.events();
        for (int from = 0; from < events.size(); from += LogFollower.BATCH_EVENTS_MAX) {
            projection.accept(events.subList(from, Math.min(events.size(), from + LogFollower.BATCH_EVENTS_MAX)));
        }
        var order = repository.find(Orders.ALICE, id).value();
        assertEquals(100, order.orElseThrow().getFillsCount());
        assertEquals(hub.find(Orders.ALICE, id), order);
    }

    @Test
    void shouldFindTheNewestOrderOfANameAndTheOneOfAnIntent() throws Exception {
        EngineScript script = new EngineScript();
        var placed = Orders.by(Orders.ALICE).buy(1).at(100).clientId("name").build();
        script.place(placed);
        script.cancel(Orders.ALICE, 1);
        new PostgresProjection(stores.writer()).accept(script.events());
        // The engine has forgotten the first by the time a second takes its name.
        stores.execute(
                "INSERT INTO execution.orders SELECT 2, account, client_order_id, market_id, side, type, time_in_force,"
                        + " price_ticks, quantity_lots, post_only, reduce_only, filled_lots, filled_notional, status, cancel_reason,"
                        + " sequence, create_millis, update_millis, trace_id, signer, decode(repeat('ab', 38), 'hex'), signature"
                        + " FROM execution.orders WHERE order_id = 1");
        assertEquals(
                "2",
                repository
                        .findByClientOrderId(Orders.ALICE, "name")
                        .value()
                        .orElseThrow()
                        .getOrderId());
        byte[] intent = placed.intent().bytes();
        assertEquals(
                "1",
                repository
                        .findByIntent(Orders.ALICE, "name", intent, Orders.ALICE)
                        .orElseThrow()
                        .getOrderId());
        assertEquals(Optional.empty(), repository.findByIntent(Orders.ALICE, "other", intent, Orders.ALICE));
        assertEquals(Optional.empty(), repository.findByIntent(Orders.ALICE, "name", intent, Orders.BOB));
        assertEquals(Optional.empty(), repository.findByIntent(Orders.ALICE, "name", new byte[38], Orders.ALICE));
    }
}
