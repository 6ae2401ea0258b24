package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.MARKET;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A firm's accounts: apart in everything but that they don't trade with each other. */
@Timeout(10)
class SubAccountTest {
    private static final PublicKey FIRM = Orders.ALICE;
    private static final PublicKey FIRST = Orders.subAccount(FIRM, 1);
    private static final PublicKey SECOND = Orders.subAccount(FIRM, 2);

    private final EngineFixture fixture = new EngineFixture();

    private Command.PlaceOrder resting(PublicKey account, long lots, long ticks) {
        Command.PlaceOrder order = by(account).sell(lots).at(ticks).build();
        fixture.send(order);
        return order;
    }

    private OrderState buy(PublicKey account, long lots, SelfTradePrevention selfTrade) {
        return fixture.place(by(account).buy(lots).at(102).selfTrade(selfTrade));
    }

    @Test
    void shouldCancelTheTakersRemainderWhenItMeetsAnotherAccountOfItsFirm() {
        resting(BOB, 2, 100);
        Command.PlaceOrder own = resting(FIRST, 5, 101);
        resting(BOB, 9, 102);
        OrderState taker = buy(SECOND, 6, SelfTradePrevention.EXPIRE_TAKER);
        assertEquals(OrderStatus.CANCELLED, taker.status());
        assertEquals(2, taker.filledLots());
        assertEquals(OrderStatus.OPEN, fixture.stateOf(own).status());
        assertEquals(
                CancelReason.SELF_TRADE,
                fixture.last(EngineEvent.OrderCancelled.class).reason());
    }

    @Test
    void shouldCancelTheOtherAccountsOrderAndGoOnWhenTheMakerIsToExpire() {
        Command.PlaceOrder own = resting(FIRST, 5, 101);
        resting(BOB, 9, 102);
        OrderState taker = buy(SECOND, 6, SelfTradePrevention.EXPIRE_MAKER);
        assertEquals(OrderStatus.FILLED, taker.status());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(own).status());
        assertEquals(0, fixture.engine.positionLots(FIRST, MARKET));
        assertEquals(6, fixture.engine.positionLots(SECOND, MARKET));
    }

    @Test
    void shouldCancelBothAccountsOrdersWhenBothAreToExpire() {
        Command.PlaceOrder own = resting(FIRST, 5, 101);
        resting(BOB, 9, 102);
        OrderState taker = buy(SECOND, 6, SelfTradePrevention.EXPIRE_BOTH);
        assertEquals(OrderStatus.CANCELLED, taker.status());
        assertEquals(0, taker.filledLots());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(own).status());
    }

    @Test
    void shouldMovePositionsBetweenAccountsOfOneFirmWhenNothingPreventsIt() {
        resting(FIRST, 5, 101);
        assertEquals(
                OrderStatus.FILLED, buy(SECOND, 5, SelfTradePrevention.NONE).status());
        assertEquals(-5, fixture.engine.positionLots(FIRST, MARKET));
        assertEquals(5, fixture.engine.positionLots(SECOND, MARKET));
    }

    /** Within one account such a trade would reduce nothing; between two it does. */
    @Test
    void shouldLetAReduceOnlyOrderTradeWithAnotherAccountOfItsFirmWhenNothingPreventsIt() {
        fixture.trade(SECOND, BOB, 5, 100);
        fixture.place(by(FIRST).buy(5).at(99));
        OrderState state = fixture.place(by(SECOND).sell(5).at(99).reduceOnly().selfTrade(SelfTradePrevention.NONE));
        assertEquals(OrderStatus.FILLED, state.status());
        assertEquals(0, fixture.engine.positionLots(SECOND, MARKET));
        assertEquals(5, fixture.engine.positionLots(FIRST, MARKET));
    }

    @ParameterizedTest
    @EnumSource(SelfTradePrevention.class)
    void shouldTreatTheWalletsOwnAccountAsOneOfTheFirm(SelfTradePrevention selfTrade) {
        Command.PlaceOrder own = resting(FIRM, 5, 101);
        OrderState taker = buy(FIRST, 5, selfTrade);
        boolean trades = selfTrade == SelfTradePrevention.NONE;
        assertEquals(trades ? OrderStatus.FILLED : expected(selfTrade), taker.status());
        OrderStatus maker = fixture.stateOf(own).status();
        boolean makerGoes =
                selfTrade == SelfTradePrevention.EXPIRE_MAKER || selfTrade == SelfTradePrevention.EXPIRE_BOTH;
        assertEquals(trades ? OrderStatus.FILLED : makerGoes ? OrderStatus.CANCELLED : OrderStatus.OPEN, maker);
    }

    /** Where the maker is taken away, the taker finds nobody else, and rests. */
    private static OrderStatus expected(SelfTradePrevention selfTrade) {
        return selfTrade == SelfTradePrevention.EXPIRE_MAKER ? OrderStatus.OPEN : OrderStatus.CANCELLED;
    }

    @ParameterizedTest
    @EnumSource(SelfTradePrevention.class)
    void shouldTradeWithEveryOtherFirm(SelfTradePrevention selfTrade) {
        resting(Orders.subAccount(CAROL, 1), 5, 101);
        assertEquals(OrderStatus.FILLED, buy(SECOND, 5, selfTrade).status());
    }

    @Test
    void shouldRefuseFokWhenAnotherAccountOfItsFirmStandsInTheWayAlsoOfItsVeryFirstOrder() {
        resting(BOB, 2, 100);
        resting(FIRST, 5, 101);
        resting(BOB, 9, 102);
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 3, 2, by(SECOND).buy(3).at(102).fok());
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(SECOND).buy(2).at(102).fok()).status());
    }

    @Test
    void shouldRefuseFokThatWouldEndWithBothOrders() {
        resting(FIRST, 5, 101);
        resting(BOB, 9, 102);
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                3,
                0,
                by(SECOND).buy(3).at(102).fok().selfTrade(SelfTradePrevention.EXPIRE_BOTH));
    }

    @Test
    void shouldFillFokPastTheOtherAccountsOrderWhenTheMakerIsToExpire() {
        resting(FIRST, 5, 101);
        resting(BOB, 3, 102);
        SelfTradePrevention expireMaker = SelfTradePrevention.EXPIRE_MAKER;
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE,
                4,
                3,
                by(SECOND).buy(4).at(102).fok().selfTrade(expireMaker));
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(SECOND).buy(3).at(102).fok().selfTrade(expireMaker))
                        .status());
    }

    @Test
    void shouldFillFokAgainstTheOtherAccountWhenNothingPreventsIt() {
        resting(FIRST, 5, 101);
        assertEquals(
                OrderStatus.FILLED,
                fixture.place(by(SECOND).buy(5).at(102).fok().selfTrade(SelfTradePrevention.NONE))
                        .status());
        assertEquals(-5, fixture.engine.positionLots(FIRST, MARKET));
    }

    @Test
    void shouldKeepClientOrderIdsApart() {
        fixture.place(by(FIRST).buy(1).at(90).clientId("same"));
        fixture.place(by(SECOND).buy(2).at(90).clientId("same"));
        assertEquals(3, fixture.engine.depth(MARKET, Side.BUY, 1).getFirst().lots());
    }

    /** The intent names no account: that one signer uses a nonce once is what keeps it from working for two accounts. */
    @Test
    void shouldRefuseAnIntentForASecondAccountOfItsFirm() {
        Command.PlaceOrder first = by(FIRST).buy(1).at(90).nonce(4_000_000_001L).build();
        fixture.send(first);
        fixture.refused(
                RefusalReason.NONCE_REPLAYED,
                by(SECOND).buy(1).at(90).nonce(4_000_000_001L).build());
        fixture.send(new Command.CancelOrder(FIRST, 0, first.clientOrderId(), TraceParent.NONE));
        fixture.refused(
                RefusalReason.NONCE_REPLAYED,
                by(SECOND).buy(1).at(90).nonce(4_000_000_001L).build());
    }

    @Test
    void shouldRefuseAnotherOwnerForAnAccountThatHasOne() {
        fixture.place(by(FIRST).buy(1).at(90));
        fixture.refused(
                RefusalReason.OWNER_MISMATCH,
                by(FIRST).ownedBy(BOB).buy(1).at(90).build());
        fixture.place(by(BOB).buy(1).at(90));
        fixture.refused(
                RefusalReason.OWNER_MISMATCH,
                by(BOB).ownedBy(FIRM).buy(1).at(90).build());
        fixture.place(by(FIRST).buy(1).at(90));
    }

    @Test
    void shouldNotRememberTheOwnerOfARefusedOrder() {
        fixture.refused(
                RefusalReason.BAD_QUANTITY, by(FIRST).ownedBy(BOB).buy(0).at(90).build());
        fixture.place(by(FIRST).buy(1).at(90));
    }

    @Test
    void shouldKeepTheOwnerOfAnOrderThatIsAmended() {
        Command.PlaceOrder own = by(FIRST).sell(5).at(101).build();
        OrderState state =
                assertInstanceOf(Reply.Accepted.class, fixture.send(own)).state();
        fixture.send(new Command.AmendOrder(
                FIRST, state.orderId(), "", 0, 3, 0, Optional.empty(), new UUID(4, 4), TraceParent.NONE));
        assertEquals(FIRM, fixture.last(EngineEvent.OrderAmended.class).order().owner());
        assertEquals(
                OrderStatus.CANCELLED,
                buy(SECOND, 1, SelfTradePrevention.EXPIRE_TAKER).status());
    }

    @Test
    void shouldHaveAnotherStateWithAnotherOwner() {
        EngineFixture other = new EngineFixture();
        Command.PlaceOrder owned = by(FIRST).buy(1).at(90).build();
        fixture.send(owned);
        other.send(new Command.PlaceOrder(
                owned.account(),
                BOB,
                owned.clientOrderId(),
                owned.marketId(),
                owned.side(),
                owned.type(),
                owned.timeInForce(),
                owned.postOnly(),
                owned.reduceOnly(),
                owned.selfTrade(),
                owned.priceTicks(),
                owned.quantityLots(),
                owned.expireMillis(),
                owned.trigger(),
                owned.peg(),
                owned.intent(),
                owned.reservationId(),
                owned.trace()));
        assertNotEquals(fixture.engine.stateHash(), other.engine.stateHash());
    }
}
