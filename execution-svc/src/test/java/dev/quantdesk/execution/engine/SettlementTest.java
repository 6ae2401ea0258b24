package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SettlementTest {
    private final EngineFixture fixture = new EngineFixture();

    private static byte[] signature(int fill) {
        byte[] bytes = new byte[64];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    private static Command submitted(int signature, long... tradeIds) {
        return new Command.SettlementSubmitted(signature(signature), 1_000, tradeIds);
    }

    private static Command confirmed(int signature, long slot, long... tradeIds) {
        return new Command.SettlementConfirmed(signature(signature), slot, tradeIds);
    }

    private static Command reverted(int signature, long... tradeIds) {
        return new Command.SettlementReverted(signature(signature), "blockhash expired", tradeIds);
    }

    private void assertRecorded(int changed, Command command) {
        assertEquals(
                changed,
                assertInstanceOf(Reply.Recorded.class, fixture.send(command)).changes());
    }

    @Test
    void shouldSettleAnOrderWhenItIsClosedAndItsLastTradeIsConfirmed() {
        Command.PlaceOrder maker = by(ALICE).sell(5).at(100).build();
        fixture.send(maker);
        fixture.place(by(BOB).buy(2).at(100));
        fixture.place(by(BOB).buy(3).at(100));
        assertRecorded(2, submitted(1, 1, 2));
        assertRecorded(1, confirmed(1, 70, 1));

        assertEquals(List.of(2L), settledOrders());
        assertEquals(OrderStatus.FILLED, fixture.stateOf(maker).status());
        assertRecorded(1, confirmed(2, 71, 2));
        assertEquals(List.of(2L, 1L, 3L), settledOrders());
        EngineEvent.OrderSettled last = fixture.last(EngineEvent.OrderSettled.class);
        assertEquals(71, last.slot());
        assertArrayEquals(signature(2), last.signature());
        assertEquals(BOB, last.ref().account());
        assertEquals(OrderStatus.SETTLED, fixture.stateOf(maker).status());
    }

    private List<Long> settledOrders() {
        return fixture.events(EngineEvent.OrderSettled.class).stream()
                .map(settled -> settled.ref().orderId())
                .toList();
    }

    @Test
    void shouldSettleAPartlyFilledOrderOnlyOnceItIsClosed() {
        fixture.place(by(ALICE).sell(5).at(100));
        fixture.place(by(BOB).buy(2).at(100));
        assertRecorded(1, confirmed(1, 70, 1));
        assertEquals(List.of(2L), settledOrders());

        Reply reply = fixture.send(new Command.CancelOrder(ALICE, 1, "", TraceParent.NONE));
        assertEquals(List.of(2L, 1L), settledOrders());
        assertEquals(
                OrderStatus.SETTLED,
                assertInstanceOf(Reply.Cancelled.class, reply).state().status());
    }

    @Test
    void shouldHaveNoSecondEffectWhenRepeated() {
        fixture.trade(BOB, ALICE, 5, 100);
        assertRecorded(1, submitted(1, 1));
        assertRecorded(0, submitted(1, 1));
        assertRecorded(1, confirmed(1, 70, 1));
        int events = fixture.events.size();
        assertRecorded(0, confirmed(1, 70, 1));
        assertRecorded(0, reverted(1, 1));
        assertEquals(events, fixture.events.size());
    }

    @Test
    void shouldNameOnlyWhatIsNewInAnEvent() {
        fixture.trade(BOB, ALICE, 5, 100);
        fixture.trade(BOB, ALICE, 5, 100);
        assertRecorded(1, confirmed(1, 70, 1));
        assertRecorded(1, confirmed(1, 70, 2, 1));
        assertArrayEquals(
                new long[] {2},
                fixture.last(EngineEvent.SettlementConfirmed.class).tradeIds());
    }

    @Test
    void shouldRevertOnlyTradesOfThatTransaction() {
        fixture.trade(BOB, ALICE, 5, 100);
        fixture.trade(BOB, ALICE, 5, 100);
        assertRecorded(1, submitted(1, 1));
        assertRecorded(1, submitted(2, 2));
        assertRecorded(1, reverted(1, 1, 2));
        EngineEvent.SettlementReverted event = fixture.last(EngineEvent.SettlementReverted.class);
        assertArrayEquals(new long[] {1}, event.tradeIds());
        assertEquals("blockhash expired", event.reason());
        assertRecorded(1, submitted(1, 1));
    }

    @Test
    void shouldRefuseUnknownAndRepeatedTradeIds() {
        fixture.trade(BOB, ALICE, 5, 100);
        assertEquals(
                2,
                fixture.refused(RefusalReason.BAD_TRADE_ID, submitted(1, 1, 2)).value());
        assertEquals(
                0,
                fixture.refused(RefusalReason.BAD_TRADE_ID, confirmed(1, 1, 0)).value());
        assertEquals(
                1,
                fixture.refused(RefusalReason.BAD_TRADE_ID, confirmed(1, 1, 1, 1))
                        .value());
        assertEquals(
                7, fixture.refused(RefusalReason.BAD_TRADE_ID, reverted(1, 7)).value());
        assertEquals(3, fixture.events.size());
    }

    @Test
    void shouldRefuseASecondTransactionUntilTheFirstIsReverted() {
        fixture.trade(BOB, ALICE, 5, 100);
        fixture.trade(BOB, ALICE, 5, 100);
        assertRecorded(1, submitted(1, 2));
        int events = fixture.events.size();
        assertEquals(
                2,
                fixture.refused(RefusalReason.TRADE_ALREADY_SUBMITTED, submitted(2, 1, 2))
                        .value());
        assertEquals(events, fixture.events.size());
        assertRecorded(1, reverted(1, 2));
        assertRecorded(2, submitted(2, 1, 2));
        assertRecorded(0, reverted(1, 2));
    }

    @Test
    void shouldRefuseToSubmitAConfirmedTrade() {
        fixture.trade(BOB, ALICE, 5, 100);
        fixture.trade(BOB, ALICE, 5, 100);
        assertRecorded(1, confirmed(1, 70, 2));
        assertEquals(
                2,
                fixture.refused(RefusalReason.TRADE_ALREADY_CONFIRMED, submitted(2, 1, 2))
                        .value());
    }
}
