package dev.quantdesk.risk.events;

import static dev.quantdesk.risk.support.RunningRisk.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.risk.v1.Margin;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.Position;
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

/** What an order does to an account on its way through the engine. SOL-PERP: 10 %, mark 100. */
@Timeout(120)
class EngineEventsTest {
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

    private Margin margin(PublicKey trader) throws InterruptedException {
        return scenario.risk().positions(trader).getMargin();
    }

    private static Margin margin(String equity, String initial, String free) {
        return Margin.newBuilder()
                .setEquity(equity)
                .setInitialMargin(initial)
                .setFreeMargin(free)
                .build();
    }

    @Test
    void shouldTurnAReservationIntoAnOrderAndAnOrderIntoAPosition() throws Exception {
        ReserveOrderRequest.Builder reservation = order("SOL-PERP", OrderSide.ORDER_SIDE_SELL, "101", "10");
        scenario.risk().reserve(maker, reservation);
        assertEquals(margin("10000", "101", "9899"), margin(maker));

        Order ask = new Order(1, maker, Side.SIDE_SELL, "101", "10");
        streams.accepted(ask, reservation.getReservationId());
        scenario.risk().awaitSequence(maker, 1);
        assertEquals(margin("10000", "101", "9899"), margin(maker));

        Order bid = new Order(2, taker, Side.SIDE_BUY, "102", "4");
        streams.accepted(bid, "");
        streams.matched(ask, "6", bid, "0", "4");
        scenario.risk().awaitSequence(maker, 3);

        // Short 4 at 101, 6 still offered at 101: 400 + 606 at 10 %.
        assertEquals(margin("10004", "100.6", "9903.4"), margin(maker));
        assertEquals(
                List.of(Position.newBuilder()
                        .setMarket("SOL-PERP")
                        .setSize("-4")
                        .setEntryPrice("101")
                        .setMarkPrice("100")
                        .setUnrealizedPnl("4")
                        .setInitialMargin("40")
                        .build()),
                scenario.risk().positions(maker).getPositionsList());
        assertEquals("-4", scenario.risk().positions(taker).getPositions(0).getUnrealizedPnl());

        streams.cancelled(ask, "6");
        scenario.risk().awaitSequence(maker, 4);
        assertEquals(margin("10004", "40", "9964"), margin(maker));
    }

    @Test
    void shouldHoldTheMarginOfAnAlgoOrderUntilItsChildrenHaveTradedItOrItEnds() throws Exception {
        ReserveOrderRequest.Builder reservation = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "10");
        scenario.risk().reserve(taker, reservation);
        Order algo = new Order(1, taker, Side.SIDE_BUY, "100", "10");
        streams.algoAccepted(algo, reservation.getReservationId());
        Order ask = new Order(2, maker, Side.SIDE_SELL, "100", "3");
        streams.accepted(ask, "");
        Order slice = new Order(3, taker, Side.SIDE_BUY, "100", "5");
        streams.childAccepted(slice, algo);
        scenario.risk().awaitSequence(taker, 4);
        assertEquals(margin("10000", "100", "9900"), margin(taker), "a child takes no margin besides its parent's");

        streams.childMatched(ask, "0", slice, "2", algo, "7", "3");
        streams.childCancelled(slice, algo, "2");
        scenario.risk().awaitSequence(taker, 6);
        // Long 3 at 100, 7 still wanted: 1000 at 10 %.
        assertEquals(margin("10000", "100", "9900"), margin(taker), "what a child did not fill is its parent's again");
        assertEquals("3", scenario.risk().positions(taker).getPositions(0).getSize());

        streams.algoEnded(algo, "7");
        streams.settled(slice);
        scenario.risk().awaitSequence(taker, 8);
        assertEquals(margin("10000", "30", "9970"), margin(taker));
    }

    @Test
    void shouldKeepProfitInTheBalanceWhenThePositionIsClosed() throws Exception {
        Order ask = new Order(1, maker, Side.SIDE_SELL, "101", "10");
        Order bid = new Order(2, taker, Side.SIDE_BUY, "101", "10");
        streams.accepted(ask, "");
        streams.accepted(bid, "");
        streams.matched(ask, "0", bid, "0", "10");
        Order back = new Order(3, maker, Side.SIDE_BUY, "99.5", "10");
        Order out = new Order(4, taker, Side.SIDE_SELL, "99.5", "10");
        streams.accepted(back, "");
        streams.accepted(out, "", true);
        streams.matched(back, "0", out, "0", "10");
        streams.settlementChanged();
        streams.settled(ask);
        scenario.risk().awaitSequence(maker, 8);

        assertEquals(List.of(), scenario.risk().positions(maker).getPositionsList());
        assertEquals("10015", scenario.risk().balances(maker).getBalances(0).getAmount());
        assertEquals("10015", scenario.risk().balances(maker).getBalances(0).getAvailable());
        assertEquals("9985", scenario.risk().balances(taker).getBalances(0).getAmount());
    }

    @Test
    void shouldFreeTheReservationOfARefusedOrder() throws Exception {
        ReserveOrderRequest.Builder reservation = order("SOL-PERP", OrderSide.ORDER_SIDE_BUY, "100", "1000");
        scenario.risk().reserve(maker, reservation);
        assertEquals("0", margin(maker).getFreeMargin());

        streams.refused(maker, reservation.getReservationId());

        Await.untilEquals("10000", () -> margin(maker).getFreeMargin());
    }

    @Test
    void shouldShowTheAverageEntryWithTwoMorePlaces() throws Exception {
        Order first = new Order(1, maker, Side.SIDE_SELL, "100", "1");
        Order second = new Order(2, maker, Side.SIDE_SELL, "100.001", "2");
        Order bid = new Order(3, taker, Side.SIDE_BUY, "101", "3");
        streams.accepted(first, "");
        streams.accepted(second, "");
        streams.accepted(bid, "");
        streams.matched(first, "0", bid, "2", "1");
        streams.matched(second, "0", bid, "0", "2");
        scenario.risk().awaitSequence(taker, 5);

        assertEquals(
                "100.00067", scenario.risk().positions(taker).getPositions(0).getEntryPrice());
    }
}
