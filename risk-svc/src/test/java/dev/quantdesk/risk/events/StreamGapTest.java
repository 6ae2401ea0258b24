package dev.quantdesk.risk.events;

import static dev.quantdesk.risk.support.RunningRisk.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.risk.support.Await;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.Streams;
import dev.quantdesk.risk.support.Streams.Order;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Accounts that may be incomplete let no order add risk, and become complete again where that is possible. */
@Timeout(120)
class StreamGapTest {
    private Scenario scenario;
    private Streams streams;
    private PublicKey maker;
    private PublicKey taker;

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

    private void trade(Streams history, long firstOrder, String lots) throws Exception {
        Order ask = new Order(firstOrder, maker, Side.SIDE_SELL, "100", lots);
        Order bid = new Order(firstOrder + 1, taker, Side.SIDE_BUY, "100", lots);
        history.accepted(ask, "");
        history.accepted(bid, "");
        history.matched(ask, "0", bid, "0", lots);
    }

    private static ReserveOrderRequest.Builder anOrder() {
        return order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1");
    }

    private void assertOnlyReduceOnlyPasses() throws Exception {
        assertEquals(
                "RISK_UNAVAILABLE", scenario.risk().refusal(maker, anOrder()).reason());
        scenario.risk().reserve(maker, anOrder().setReduceOnly(true));
    }

    @Test
    void shouldRefuseOrdersThatAddRiskWhenEventsAreMissing() throws Exception {
        trade(streams, 1, "5");
        scenario.risk().awaitSequence(maker, 3);
        streams.lost();
        trade(streams, 3, "1");

        Await.until("the gap is seen", () -> !scenario.risk().holds("events"));
        assertOnlyReduceOnlyPasses();
        assertEquals(3, scenario.risk().positions(maker).getSequence());
    }

    @Test
    void shouldStayDistrustfulAfterARestartWithTheGapStillThere() throws Exception {
        trade(streams, 1, "5");
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows("SELECT sequence FROM risk.event_cursors"));
        scenario.stop();
        streams.lost();
        trade(streams, 3, "1");
        scenario.backends().redis().xtrim(Streams.EXECUTION, 2, false);
        scenario.start();
        Await.until(
                "it has looked at the stream",
                () -> !scenario.risk().refusal(maker, anOrder()).reason().isEmpty());

        assertFalse(scenario.risk().holds("events"));
        assertOnlyReduceOnlyPasses();
    }

    @Test
    void shouldRefuseUntilAStreamThatWasLostIsFilledAgain() throws Exception {
        trade(streams, 1, "5");
        scenario.risk().awaitSequence(maker, 3);
        scenario.backends().redis().del(Streams.EXECUTION);
        Await.until("the loss is seen", () -> !scenario.risk().holds("events"));
        assertOnlyReduceOnlyPasses();

        streams.fillAgain();
        scenario.risk().awaitTrusted();
        assertEquals("-5", scenario.risk().positions(maker).getPositions(0).getSize());
        trade(streams, 3, "2");
        scenario.risk().awaitSequence(maker, 6);
        assertEquals("-7", scenario.risk().positions(maker).getPositions(0).getSize());
    }

    @Test
    void shouldMendAGapWhenTheStreamIsFilledAgain() throws Exception {
        streams.lost();
        streams.settlementChanged();
        Await.until("the gap is seen", () -> !scenario.risk().holds("events"));

        streams = new Streams(scenario.backends().redis(), "SOL-PERP", 1_700_000_000);
        scenario.backends().redis().del(Streams.EXECUTION);
        trade(streams, 1, "5");
        scenario.risk().awaitSequence(maker, 3);
        scenario.risk().awaitTrusted();
    }

    @Test
    void shouldStartOverWhenTheEngineHasAnotherHistory() throws Exception {
        trade(streams, 1, "5");
        trade(streams, 3, "5");
        scenario.risk().awaitSequence(maker, 6);
        ReserveOrderRequest.Builder reserved = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "7");

        scenario.backends().redis().del(Streams.EXECUTION);
        Streams other = new Streams(scenario.backends().redis(), "SOL-PERP", 1_800_000_000);
        trade(other, 1, "2");
        Await.untilEquals(3L, () -> scenario.risk().positions(maker).getSequence());
        scenario.risk().awaitTrusted();

        assertEquals("-2", scenario.risk().positions(maker).getPositions(0).getSize());
        assertEquals("10000", scenario.risk().balances(maker).getBalances(0).getAmount());
        scenario.risk().reserve(maker, reserved);
        assertEquals(List.of("-200", "200"), scenario.backends().rows("SELECT lots FROM risk.positions ORDER BY lots"));
    }

    @Test
    void shouldNoticeAnotherHistoryAfterARestartAlsoWhenItIsLonger() throws Exception {
        trade(streams, 1, "5");
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows("SELECT sequence FROM risk.event_cursors"));
        scenario.stop();
        scenario.backends().redis().del(Streams.EXECUTION);
        Streams other = new Streams(scenario.backends().redis(), "SOL-PERP", 1_800_000_000);
        trade(other, 1, "2");
        trade(other, 3, "1");
        scenario.start();
        scenario.risk().awaitTrusted();

        assertEquals("-3", scenario.risk().positions(maker).getPositions(0).getSize());
    }

    @Test
    void shouldRefuseAHistoryWhoseBeginningIsGone() throws Exception {
        trade(streams, 1, "5");
        Await.untilEquals(List.of("3"), () -> scenario.backends().rows("SELECT sequence FROM risk.event_cursors"));
        scenario.stop();
        scenario.backends().redis().del(Streams.EXECUTION);
        Streams other = new Streams(scenario.backends().redis(), "SOL-PERP", 1_800_000_000);
        trade(other, 1, "2");
        trade(other, 3, "1");
        scenario.backends().redis().xtrim(Streams.EXECUTION, 4, false);
        scenario.start();

        Await.until("it answers", () -> scenario.risk().positions(maker).getSequence() == 3);
        assertOnlyReduceOnlyPasses();
        assertFalse(scenario.risk().holds("events"));
        assertEquals("-5", scenario.risk().positions(maker).getPositions(0).getSize());
    }

    @Test
    void shouldStopAtAnEventItDoesNotUnderstand() throws Exception {
        trade(streams, 1, "5");
        streams.unknown();
        scenario.risk().awaitSequence(maker, 3);

        Await.until("the event is seen", () -> !scenario.risk().holds("events"));
        assertOnlyReduceOnlyPasses();
        assertTrue(scenario.risk().holds("postgres"));
    }
}
