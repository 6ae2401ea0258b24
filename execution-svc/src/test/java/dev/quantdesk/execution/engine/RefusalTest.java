package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RefusalTest {
    private final EngineFixture fixture = new EngineFixture();

    @Test
    void shouldTellEveryoneThatTheReservationIsFree() {
        Command.PlaceOrder order = by(ALICE).in(99).build();
        fixture.refused(RefusalReason.UNKNOWN_MARKET, order);
        assertEquals(
                new EngineEvent.OrderRefused(
                        1,
                        Orders.START_MILLIS,
                        99,
                        ALICE,
                        order.clientOrderId(),
                        order.reservationId(),
                        order.trace(),
                        RefusalReason.UNKNOWN_MARKET),
                fixture.events.getFirst());
    }

    @Test
    void shouldChangeNothingButTheSequence() {
        fixture.place(by(BOB).sell(5).at(100));
        Orders order = by(ALICE).buy(6).at(100).fok();
        fixture.refused(RefusalReason.FOK_NOT_FILLABLE, order.build());
        // The same order under the same id and nonce is judged anew.
        OrderState state = fixture.place(order.buy(5).reservation(new UUID(9, 9)));
        assertEquals(2, state.orderId());
    }

    @Test
    void shouldRefuseQuantitiesOutsideTheMarketsRules() {
        fixture.refused(RefusalReason.BAD_QUANTITY, 0, 1, by(ALICE).buy(0));
        fixture.refused(RefusalReason.BAD_QUANTITY, -1, 1, by(ALICE).buy(-1));
        fixture.refused(
                RefusalReason.BAD_QUANTITY, 1_000_001, 1_000_000, by(ALICE).buy(1_000_001));
        fixture.refused(
                RefusalReason.BAD_QUANTITY,
                9,
                10,
                by(ALICE).in(Orders.OTHER_MARKET).buy(9));
    }

    @Test
    void shouldRefusePricesOutsideTheMarketsRules() {
        fixture.refused(RefusalReason.BAD_PRICE, 0, 1, by(ALICE).at(0));
        fixture.refused(RefusalReason.BAD_PRICE, Long.MIN_VALUE, 1, by(ALICE).at(Long.MIN_VALUE));
        fixture.refused(RefusalReason.BAD_PRICE, 1_000_001, 1_000_000, by(ALICE).at(1_000_001));
    }

    @Test
    void shouldRefuseBeyondTheOpenOrdersOfAnAccount() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.OPEN_PER_ACCOUNT, 2));
        small.place(by(ALICE).buy(1).at(10));
        small.place(by(ALICE).buy(1).at(10));
        small.refused(RefusalReason.TOO_MANY_OPEN_ORDERS, 3, 2, by(ALICE).buy(1).at(10));
        small.place(by(ALICE).buy(1).at(10).ioc());
        small.place(by(BOB).buy(1).at(10));
        small.send(new Command.CancelOrder(ALICE, 1, "", TraceParent.NONE));
        small.place(by(ALICE).buy(1).at(10));
    }

    @Test
    void shouldRefuseBeyondTheOpenOrdersInAll() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.OPEN, 2));
        small.place(by(ALICE).buy(1).at(10));
        small.place(by(BOB).buy(10).at(10).in(Orders.OTHER_MARKET));
        small.refused(RefusalReason.TOO_MANY_OPEN_ORDERS, 3, 2, by(CAROL).buy(1).at(10));
    }

    @Test
    void shouldRefuseWhenTheBookIsFull() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.PER_BOOK, 2));
        small.place(by(ALICE).buy(1).at(10));
        small.place(by(BOB).buy(1).at(10));
        small.refused(RefusalReason.BOOK_FULL, 2, 2, by(CAROL).buy(1).at(10));
        small.place(by(CAROL).buy(10).at(10).in(Orders.OTHER_MARKET));
    }

    @Test
    void shouldRefuseBeyondTheLiveIntentsOfASigner() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.INTENTS_PER_SIGNER, 2));
        small.place(by(ALICE).signer(CAROL).ioc());
        small.place(by(BOB).signer(CAROL).ioc());
        small.refused(
                RefusalReason.TOO_MANY_LIVE_INTENTS, 3, 2, by(BOB).signer(CAROL).ioc());
        small.place(by(BOB).ioc());
        small.nowMillis = Orders.EXPIRY_SECONDS * 1000;
        small.place(by(BOB).signer(CAROL).expiresAt(Orders.EXPIRY_SECONDS + 1));
    }

    @Test
    void shouldRefuseBeyondTheLiveIntentsInAll() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.INTENTS, 2));
        small.place(by(ALICE).ioc());
        small.place(by(BOB).ioc());
        small.refused(RefusalReason.TOO_MANY_LIVE_INTENTS, 3, 2, by(CAROL).ioc());
    }

    @Test
    void shouldRefuseBeyondTheAccounts() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.ACCOUNTS, 2));
        small.place(by(ALICE).ioc());
        small.place(by(BOB).ioc());
        small.refused(RefusalReason.TOO_MANY_ACCOUNTS, 3, 2, by(CAROL).ioc());
        small.place(by(ALICE).ioc());
    }

    @Test
    void shouldRefuseWhenSettlementIsTooFarBehind() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.UNSETTLED, 1));
        small.trade(ALICE, BOB, 1, 100);
        small.refused(RefusalReason.TOO_MANY_UNSETTLED_TRADES, 1, 1, by(CAROL));
        small.send(new Command.SettlementConfirmed(new byte[64], 1, new long[] {1}));
        small.place(by(CAROL));
    }

    @Test
    void shouldRefuseAPositionThatIsTooLarge() {
        EngineFixture small = new EngineFixture(Limits.with(Limits.POSITION, 10));
        small.trade(ALICE, BOB, 8, 100);
        small.refused(RefusalReason.POSITION_TOO_LARGE, 11, 10, by(ALICE).buy(3));
        small.refused(RefusalReason.POSITION_TOO_LARGE, 11, 10, by(BOB).sell(3));
        small.place(by(ALICE).buy(2).at(10));
        small.place(by(ALICE).sell(18).at(200));
    }

    @Test
    void shouldRefuseRulesWhoseSumsCouldOverflow() {
        assertThrows(IllegalArgumentException.class, () -> new MarketRules(1, 1, 1L << 40, 1L << 23));
        assertThrows(IllegalArgumentException.class, () -> new MarketRules(1, 1, (1L << 40) + 1, 1));
        MarketRules rules = new MarketRules(1, 1, 10, 10);
        assertThrows(
                IllegalArgumentException.class, () -> new OrderEngine(List.of(rules, rules), EngineLimits.DEFAULTS));
    }
}
