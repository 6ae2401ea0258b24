package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class GoodTillTimeTest {
    private final EngineFixture fixture = new EngineFixture();

    private void timer(long millis) {
        fixture.nowMillis = millis;
        fixture.engine.onTimer(millis, fixture.events::add);
    }

    @Test
    void shouldEndAtItsTimeToTheMillisecond() {
        long time = START_MILLIS + 1_234;
        Command.PlaceOrder order = by(ALICE).buy(5).at(100).until(time).build();
        fixture.send(order);
        assertEquals(time, fixture.engine.nextExpiryMillis());
        timer(time - 1);
        assertEquals(OrderStatus.OPEN, fixture.stateOf(order).status());
        timer(time);
        EngineEvent.OrderCancelled cancelled = fixture.last(EngineEvent.OrderCancelled.class);
        assertEquals(CancelReason.TIME_REACHED, cancelled.reason());
        assertEquals(OrderStatus.EXPIRED, fixture.stateOf(order).status());
    }

    @Test
    void shouldNotTradeAfterItsTimeWhenTheTimerIsLate() {
        fixture.place(by(ALICE).buy(5).at(100).until(START_MILLIS + 10));
        fixture.nowMillis = START_MILLIS + 10;
        assertEquals(0, fixture.place(by(BOB).sell(5).at(100)).filledLots());
    }

    @Test
    void shouldDoNothingAtTheTimeOfAnOrderThatHasEnded() {
        fixture.place(by(ALICE).buy(5).at(100).until(START_MILLIS + 10));
        fixture.place(by(BOB).sell(5).at(100));
        int before = fixture.events.size();
        timer(START_MILLIS + 10);
        assertEquals(List.of(), fixture.events.subList(before, fixture.events.size()));
    }

    @Test
    void shouldBeRefusedWhenItsTimeIsPastOrAfterItsIntents() {
        fixture.refused(
                RefusalReason.BAD_EXPIRE_TIME,
                START_MILLIS,
                START_MILLIS,
                by(ALICE).buy(5).at(100).until(START_MILLIS));
        long end = Orders.EXPIRY_SECONDS * 1000;
        fixture.refused(
                RefusalReason.BAD_EXPIRE_TIME,
                end + 1,
                end,
                by(ALICE).buy(5).at(100).until(end + 1));
        fixture.place(by(ALICE).buy(5).at(100).until(end));
    }

    @Test
    void shouldHaveATimeIfAndOnlyIfItIsGoodTillTime() {
        Orders without = by(ALICE).buy(5).at(100).timeInForce(TimeInForce.GTT);
        assertThrows(IllegalArgumentException.class, without::build);
        Orders other = by(ALICE).buy(5).at(100).until(START_MILLIS + 10).ioc();
        assertThrows(IllegalArgumentException.class, other::build);
    }
}
