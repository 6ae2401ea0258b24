package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class KillSwitchTest {
    private static final long TIMEOUT = 5_000;

    private final EngineFixture fixture = new EngineFixture();

    private long arm(PublicKey account, long timeoutMillis) {
        return assertInstanceOf(Reply.TimerSet.class, fixture.send(new Command.ArmKillSwitch(account, timeoutMillis)))
                .atMillis();
    }

    private void timer(long millis) {
        fixture.nowMillis = millis;
        fixture.engine.onTimer(millis, fixture.events::add);
    }

    private List<Long> killed() {
        return fixture.events(EngineEvent.OrderCancelled.class).stream()
                .filter(cancelled -> cancelled.reason() == CancelReason.KILL_SWITCH)
                .map(cancelled -> cancelled.ref().orderId())
                .toList();
    }

    @Test
    void shouldCancelTheAccountsOrdersInEveryMarketWhenItIsNotArmedAgain() {
        fixture.place(by(ALICE).buy(5).at(100));
        fixture.place(by(BOB).buy(5).at(100));
        fixture.place(by(ALICE).buy(20).at(100).in(Orders.OTHER_MARKET));
        assertEquals(START_MILLIS + TIMEOUT, arm(ALICE, TIMEOUT));
        assertEquals(START_MILLIS + TIMEOUT, fixture.engine.nextExpiryMillis());
        timer(START_MILLIS + TIMEOUT - 1);
        assertEquals(List.of(), killed());
        timer(START_MILLIS + TIMEOUT);
        assertEquals(List.of(1L, 3L), killed());
    }

    @Test
    void shouldKeepReduceOnlyOrdersWhenItFires() {
        fixture.trade(ALICE, BOB, 5, 100);
        Command.PlaceOrder stop = by(ALICE).sell(5).at(120).reduceOnly().build();
        fixture.send(stop);
        Command.PlaceOrder quote = by(ALICE).sell(5).at(110).build();
        fixture.send(quote);
        arm(ALICE, TIMEOUT);
        timer(START_MILLIS + TIMEOUT);
        assertEquals(OrderStatus.OPEN, fixture.stateOf(stop).status());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(quote).status());
    }

    @Test
    void shouldWaitAnewWhenItIsArmedAgainAndNeverWhenItIsDisarmed() {
        fixture.place(by(ALICE).buy(5).at(100));
        fixture.place(by(BOB).buy(5).at(100));
        arm(ALICE, TIMEOUT);
        arm(BOB, TIMEOUT);
        fixture.nowMillis += TIMEOUT - 1;
        assertEquals(START_MILLIS + 2 * TIMEOUT - 1, arm(ALICE, TIMEOUT));
        assertEquals(0, arm(BOB, 0));
        timer(START_MILLIS + 2 * TIMEOUT - 2);
        assertEquals(List.of(), killed());
        timer(START_MILLIS + 2 * TIMEOUT - 1);
        assertEquals(List.of(1L), killed());
    }

    @Test
    void shouldFireOnceAndLeaveLaterOrdersAlone() {
        arm(ALICE, TIMEOUT);
        timer(START_MILLIS + TIMEOUT);
        fixture.place(by(ALICE).buy(5).at(100));
        timer(START_MILLIS + 10 * TIMEOUT);
        assertEquals(List.of(), killed());
    }

    @Test
    void shouldFireBeforeACommandThatComesLate() {
        fixture.place(by(ALICE).buy(5).at(100));
        arm(ALICE, TIMEOUT);
        fixture.nowMillis = START_MILLIS + TIMEOUT;
        assertEquals(0, fixture.place(by(BOB).sell(5).at(100)).filledLots());
        assertEquals(List.of(1L), killed());
    }

    @Test
    void shouldRefuseATimeOutOfRange() {
        for (long millis : new long[] {-1, 1, 4_999, 3_600_001}) {
            assertThrows(IllegalArgumentException.class, () -> new Command.ArmKillSwitch(ALICE, millis));
        }
    }
}
