package dev.quantdesk.risk.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.risk.v1.ListPositionsResponse;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.Streams;
import dev.quantdesk.risk.support.Streams.Order;
import dev.quantdesk.risk.support.TestMarkets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every event has its effect once, whatever happens between memory, Postgres and Redis. */
@Timeout(120)
class EventRecoveryTest {
    private static final String STORED = "SELECT account, lots, quote, entry FROM risk.positions ORDER BY account";
    private static final String CURSOR = "SELECT sequence FROM risk.event_cursors";

    private Scenario scenario;
    private Streams streams;
    private PublicKey maker;
    private PublicKey taker;
    private long orderId;

    @BeforeEach
    void start() throws Exception {
        scenario = Scenario.running();
        streams = scenario.streams();
        maker = scenario.funded(1);
        taker = scenario.funded(2);
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    private void trade(String price, String lots) throws Exception {
        Order ask = new Order(++orderId, maker, Side.SIDE_SELL, price, lots);
        Order bid = new Order(++orderId, taker, Side.SIDE_BUY, price, lots);
        streams.accepted(ask, "");
        streams.accepted(bid, "");
        streams.matched(ask, "0", bid, "0", lots);
    }

    private void restart() throws Exception {
        scenario.stop();
        scenario.start();
        scenario.risk().awaitTrusted();
    }

    @Test
    void shouldBeTheSameAfterARestart() throws Exception {
        SplittableRandom random = TestMarkets.seeded("EventRecoveryTest");
        for (int trade = 0; trade < 60; trade++) {
            trade(Long.toString(random.nextLong(50, 150)), Long.toString(random.nextLong(1, 9)));
        }
        Order open = new Order(++orderId, maker, Side.SIDE_BUY, "90", "3");
        Order reduceOnly = new Order(++orderId, taker, Side.SIDE_SELL, "120", "2");
        streams.accepted(open, "");
        streams.accepted(reduceOnly, "", true);
        scenario.risk().awaitSequence(maker, streams.sequence());
        ListPositionsResponse makerBefore = scenario.risk().positions(maker);
        ListPositionsResponse takerBefore = scenario.risk().positions(taker);

        restart();

        assertEquals(makerBefore, scenario.risk().positions(maker));
        assertEquals(takerBefore, scenario.risk().positions(taker));
        assertEquals(
                List.of(open.id() + " " + maker + " f f", reduceOnly.id() + " " + taker + " t t"),
                scenario.backends()
                        .rows("SELECT order_id, account, sell, reduce_only FROM risk.open_orders ORDER BY order_id"));
        // Orders from before are still followed to their end.
        streams.cancelled(open, "3");
        streams.cancelled(reduceOnly, "2");
        scenario.risk().awaitSequence(maker, streams.sequence());
        Await.untilEquals(List.of("0"), () -> scenario.backends().rows("SELECT count(*) FROM risk.open_orders"));
    }

    @Test
    void shouldRememberAnAmendedOrderAsItIsNow() throws Exception {
        Order order = new Order(++orderId, maker, Side.SIDE_BUY, "90", "3");
        streams.accepted(order, "");
        scenario.risk().awaitSequence(maker, streams.sequence());
        streams.amended(order, "95", "2");
        scenario.risk().awaitSequence(maker, streams.sequence());
        assertEquals("19", scenario.risk().positions(maker).getMargin().getInitialMargin());

        restart();

        assertEquals("19", scenario.risk().positions(maker).getMargin().getInitialMargin());
    }

    @Test
    void shouldWriteNothingOfAnOrderThatEndsInTheSameBatch() throws Exception {
        Order order = new Order(++orderId, maker, Side.SIDE_BUY, "90", "3");
        streams.accepted(order, "");
        streams.cancelled(order, "3");
        Order rests = new Order(++orderId, maker, Side.SIDE_BUY, "91", "1");
        streams.accepted(rests, "");
        scenario.risk().awaitSequence(maker, streams.sequence());

        Await.untilEquals(
                List.of(Long.toString(rests.id())),
                () -> scenario.backends().rows("SELECT order_id FROM risk.open_orders"));
        assertEquals("9.1", scenario.risk().positions(maker).getMargin().getInitialMargin());
    }

    @Test
    void shouldTakeOverWhatHappenedWhileItWasDown() throws Exception {
        trade("100", "5");
        scenario.risk().awaitSequence(maker, 3);
        scenario.stop();
        trade("104", "5");
        scenario.start();
        scenario.risk().awaitTrusted();

        assertEquals("-10", scenario.risk().positions(maker).getPositions(0).getSize());
        assertEquals("102", scenario.risk().positions(taker).getPositions(0).getEntryPrice());
    }

    @Test
    void shouldStoreAWholeBatchOrNothing() throws Exception {
        trade("100", "5");
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows(CURSOR));
        List<String> stored = scenario.backends().rows(STORED);

        // The cursor is the last statement of the transaction: it fails after all others have succeeded.
        scenario.stop();
        trade("110", "7");
        scenario.backends().asOwner("REVOKE UPDATE ON risk.event_cursors FROM risk_engine");
        try {
            scenario.start().awaitSequence(maker, 6);
            assertEquals(stored, scenario.backends().rows(STORED));
            assertEquals(List.of("3"), scenario.backends().rows(CURSOR));
            // Ended here, it starts from the stored rows and reads the three events again.
            scenario.stop();
        } finally {
            scenario.backends().asOwner("GRANT UPDATE ON risk.event_cursors TO risk_engine");
        }
        scenario.start().awaitTrusted();

        assertEquals("-12", scenario.risk().positions(maker).getPositions(0).getSize());
        assertEquals("12", scenario.risk().positions(taker).getPositions(0).getSize());
        Await.untilEquals(List.of("6"), () -> scenario.backends().rows(CURSOR));
    }

    @Test
    void shouldGoOnByItselfWhenPostgresTakesWritesAgain() throws Exception {
        scenario.stop();
        trade("100", "5");
        scenario.backends().asOwner("REVOKE INSERT ON risk.event_cursors FROM risk_engine");
        try {
            scenario.start().awaitSequence(maker, 3);
            assertEquals(List.of(), scenario.backends().rows(STORED));
        } finally {
            scenario.backends().asOwner("GRANT INSERT ON risk.event_cursors TO risk_engine");
        }

        // No further event touches these rows: they have to be the ones whose writing failed.
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows(CURSOR));
        assertEquals(List.of("-500", "500"), scenario.backends().rows("SELECT lots FROM risk.positions ORDER BY lots"));
        assertEquals("-5", scenario.risk().positions(maker).getPositions(0).getSize());
    }

    @Test
    void shouldHaveStoredTheSumZero() throws Exception {
        SplittableRandom random = TestMarkets.seeded("EventRecoveryTest");
        for (int trade = 0; trade < 40; trade++) {
            trade(Long.toString(random.nextLong(50, 150)), Long.toString(random.nextLong(1, 9)));
        }

        Await.untilEquals(List.of("120"), () -> scenario.backends().rows(CURSOR));
        assertEquals(List.of("0 0"), scenario.backends().rows("SELECT sum(lots), sum(quote) FROM risk.positions"));
        assertFalse(scenario.backends().rows(STORED).isEmpty());
    }
}
