package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TradingSessionTest {
    private static final UUID SESSION = new UUID(1, 2);
    private static final long TIMEOUT = 10_000;

    private final EngineFixture fixture = new EngineFixture();

    private Reply renew(PublicKey account, long timeoutMillis) {
        return fixture.send(new Command.RenewSession(account, SESSION, timeoutMillis));
    }

    private Command.PlaceOrder placeIn(Orders order) {
        Command.PlaceOrder command = order.build();
        assertInstanceOf(Reply.Accepted.class, fixture.send(new Command.PlaceInSession(command, SESSION)));
        return command;
    }

    private List<Long> disconnected() {
        return fixture.events(EngineEvent.OrderCancelled.class).stream()
                .filter(cancelled -> cancelled.reason() == CancelReason.DISCONNECTED)
                .map(cancelled -> cancelled.ref().orderId())
                .toList();
    }

    @Test
    void shouldCancelItsOwnOrdersOnlyWhenItEnds() {
        renew(ALICE, TIMEOUT);
        placeIn(by(ALICE).buy(5).at(100));
        fixture.place(by(ALICE).buy(5).at(99));
        placeIn(by(ALICE).buy(5).at(98));
        assertEquals(
                2, assertInstanceOf(Reply.CancelledAll.class, renew(ALICE, 0)).orders());
        assertEquals(List.of(1L, 3L), disconnected());
    }

    @Test
    void shouldEndByTheEnginesTimeWhenItIsNotRenewed() {
        renew(ALICE, TIMEOUT);
        placeIn(by(ALICE).buy(5).at(100));
        fixture.nowMillis += TIMEOUT - 1;
        renew(ALICE, TIMEOUT);
        fixture.engine.onTimer(START_MILLIS + 2 * TIMEOUT - 2, fixture.events::add);
        assertEquals(List.of(), disconnected());
        fixture.engine.onTimer(START_MILLIS + 2 * TIMEOUT - 1, fixture.events::add);
        assertEquals(List.of(1L), disconnected());
    }

    @Test
    void shouldEndForWhatWasDueFirstWhenAKillSwitchCameDueInTheSameOutage() {
        assertEquals(CancelReason.DISCONNECTED, reasonAfterAnOutage(TIMEOUT + 1));
        assertEquals(CancelReason.KILL_SWITCH, reasonAfterAnOutage(TIMEOUT - 1));
        assertEquals(CancelReason.KILL_SWITCH, reasonAfterAnOutage(TIMEOUT));
    }

    /** Why an order of a session ends when nothing ran until session and switch were long due. */
    private CancelReason reasonAfterAnOutage(long switchTimeoutMillis) {
        fixture.send(new Command.ArmKillSwitch(ALICE, switchTimeoutMillis));
        renew(ALICE, TIMEOUT);
        placeIn(by(ALICE).buy(5).at(100));
        fixture.nowMillis += 3 * TIMEOUT;
        fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
        return fixture.last(EngineEvent.OrderCancelled.class).reason();
    }

    @Test
    void shouldTakeNoOrderWhenItHasEndedOrIsAnotherAccounts() {
        fixture.refused(
                RefusalReason.SESSION_ENDED,
                new Command.PlaceInSession(by(ALICE).buy(5).at(100).build(), SESSION));
        renew(ALICE, TIMEOUT);
        fixture.refused(
                RefusalReason.SESSION_ENDED,
                new Command.PlaceInSession(by(BOB).buy(5).at(100).build(), SESSION));
        placeIn(by(ALICE).buy(5).at(100));
        renew(BOB, 0);
        assertEquals(List.of(), disconnected());
        renew(ALICE, 0);
        fixture.refused(
                RefusalReason.SESSION_ENDED,
                new Command.PlaceInSession(by(ALICE).buy(5).at(100).build(), SESSION));
    }

    @Test
    void shouldLeaveARepeatedOrderWhereItIs() {
        Command.PlaceOrder order = by(ALICE).buy(5).at(100).build();
        fixture.send(order);
        renew(ALICE, TIMEOUT);
        assertInstanceOf(Reply.Duplicate.class, fixture.send(new Command.PlaceInSession(order, SESSION)));
        renew(ALICE, 0);
        assertEquals(OrderStatus.OPEN, fixture.stateOf(order).status());
    }

    @Test
    void shouldCancelAllOfOneMarketOrOfEvery() {
        fixture.place(by(ALICE).buy(5).at(100));
        fixture.place(by(ALICE).buy(20).at(100).in(Orders.OTHER_MARKET));
        fixture.place(by(BOB).buy(5).at(100));
        assertEquals(1, cancelAll(Orders.OTHER_MARKET));
        assertEquals(1, cancelAll(Command.ALL_MARKETS));
        assertEquals(0, cancelAll(Command.ALL_MARKETS));
        assertEquals(
                CancelReason.USER_REQUEST,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
    }

    private int cancelAll(int marketId) {
        Reply reply = fixture.send(new Command.CancelAllOrders(ALICE, marketId, TraceParent.NONE));
        return assertInstanceOf(Reply.CancelledAll.class, reply).orders();
    }
}
