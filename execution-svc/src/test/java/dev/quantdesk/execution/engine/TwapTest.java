package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that are worked in slices over time. */
@Timeout(10)
class TwapTest {
    private final EngineFixture fixture = new EngineFixture();

    private long place(Command.PlaceAlgo command) {
        return assertInstanceOf(Reply.Accepted.class, fixture.send(command))
                .state()
                .orderId();
    }

    private OrderState stateOf(Command.PlaceAlgo command) {
        return assertInstanceOf(Reply.Duplicate.class, fixture.send(command)).state();
    }

    private void advanceTo(long offsetMillis) {
        fixture.nowMillis = START_MILLIS + offsetMillis;
        fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
    }

    private List<Long> childLots() {
        return fixture.events(EngineEvent.OrderAccepted.class).stream()
                .filter(accepted -> accepted.ref().isChild())
                .map(accepted -> accepted.order().quantityLots())
                .toList();
    }

    private EngineEvent.AlgoEnded ended() {
        return fixture.last(EngineEvent.AlgoEnded.class);
    }

    @Test
    void shouldTradeASliceAtOnceAndOneEachInterval() {
        fixture.place(by(BOB).sell(1_000).at(100));
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(60).at(101), 60_000, 10_000);
        place(twap);
        assertEquals(List.of(10L), childLots());
        assertEquals(START_MILLIS + 10_000, fixture.engine.nextExpiryMillis());
        advanceTo(9_999);
        assertEquals(List.of(10L), childLots());
        for (int slice = 1; slice < 6; slice++) {
            advanceTo(slice * 10_000);
        }
        assertEquals(List.of(10L, 10L, 10L, 10L, 10L, 10L), childLots());
        assertEquals(OrderStatus.FILLED, stateOf(twap).status());
        assertEquals(60, stateOf(twap).filledLots());
        assertEquals(6_000, stateOf(twap).filledNotional());
        assertEquals(Optional.empty(), ended().reason());
        assertEquals(60, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldNameItsChildrenAfterItselfAndLetThemCarryItsIntentAndTrace() {
        fixture.place(by(BOB).sell(1_000).at(100));
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(60).at(101).clientId("big"), 60_000, 10_000);
        long id = place(twap);
        advanceTo(10_000);
        EngineEvent.OrderAccepted child = fixture.last(EngineEvent.OrderAccepted.class);
        assertEquals("big.2", child.ref().clientOrderId());
        assertEquals(id, child.ref().parentOrderId());
        assertEquals(twap.order().intent(), child.order().intent());
        assertEquals(twap.order().trace(), child.ref().trace());
        assertEquals(Command.NO_RESERVATION, child.ref().reservationId());
        EngineEvent.Trade trade = fixture.last(EngineEvent.Trade.class);
        assertEquals(40, trade.takerParentLots());
        assertEquals(0, trade.makerParentLots());
    }

    @Test
    void shouldCatchUpWhatWasNotFilledByThreeSlicesAtMost() {
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(100).at(100), 100_000, 10_000);
        place(twap);
        for (int slice = 1; slice < 5; slice++) {
            advanceTo(slice * 10_000);
        }
        // Five slices found nothing: 50 lots are behind.
        assertEquals(List.of(10L, 20L, 30L, 30L, 30L), childLots());
        fixture.place(by(BOB).sell(1_000).at(100));
        advanceTo(50_000);
        advanceTo(60_000);
        advanceTo(70_000);
        assertEquals(List.of(30L, 30L, 20L), childLots().subList(5, 8));
        assertEquals(80, stateOf(twap).filledLots());
        advanceTo(80_000);
        advanceTo(90_000);
        assertEquals(OrderStatus.FILLED, stateOf(twap).status());
    }

    @Test
    void shouldNeverTradeBeyondItsLimitAndCancelTheRestWhenItsTimeIsOver() {
        fixture.place(by(BOB).sell(7).at(100));
        fixture.place(by(BOB).sell(1_000).at(102));
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(20).at(101), 20_000, 10_000);
        long id = place(twap);
        advanceTo(10_000);
        advanceTo(19_999);
        assertEquals(OrderStatus.PARTIALLY_FILLED, stateOf(twap).status());
        advanceTo(20_000);
        assertEquals(Optional.of(CancelReason.SCHEDULE_ENDED), ended().reason());
        assertEquals(
                List.of(id, 13L, 7L), List.of(ended().ref().orderId(), ended().cancelledLots(), ended().filledLots()));
        assertEquals(OrderStatus.CANCELLED, stateOf(twap).status());
        assertEquals(0, stateOf(twap).remainingLots());
        assertTrue(fixture.events(EngineEvent.Trade.class).stream().allMatch(trade -> trade.priceTicks() <= 101));
    }

    @Test
    void shouldMakeOneSliceOfThoseThatPassedWhileTheEngineStoodStill() {
        fixture.place(by(BOB).sell(1_000).at(100));
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(100).at(100), 100_000, 10_000);
        place(twap);
        advanceTo(85_000);
        assertEquals(List.of(10L, 30L), childLots());
        advanceTo(90_000);
        advanceTo(100_000);
        assertEquals(List.of(10L, 30L, 30L), childLots());
        assertEquals(30, ended().cancelledLots());
    }

    @Test
    void shouldNotTradeWhenTheEngineComesBackAfterTheEnd() {
        fixture.place(by(BOB).sell(1_000).at(100));
        place(Algos.twap(by(ALICE).buy(100).at(100), 100_000, 10_000));
        advanceTo(200_000);
        assertEquals(List.of(10L), childLots());
        assertEquals(90, ended().cancelledLots());
    }

    @Test
    void shouldFollowItsScheduleToTheLotAndMillisecondInAMarketThatFillsIt() {
        fixture.place(by(BOB).sell(100_000).at(100));
        AlgoTerms.Twap terms = new AlgoTerms.Twap(600_000, 10_000, 3_000, 7_500, 99);
        place(Algos.twap(by(ALICE).buy(12_345).at(100), terms));
        while (fixture.events(EngineEvent.AlgoEnded.class).isEmpty()) {
            fixture.nowMillis = fixture.engine.nextExpiryMillis();
            fixture.engine.onTimer(fixture.nowMillis, fixture.events::add);
        }
        List<TwapSchedule.Slice> done = fixture.events(EngineEvent.OrderAccepted.class).stream()
                .filter(accepted -> accepted.ref().isChild())
                .map(accepted -> new TwapSchedule.Slice(
                        accepted.timeMillis() - START_MILLIS, accepted.order().quantityLots()))
                .toList();
        assertEquals(new TwapSchedule(terms, 12_345).plan(), done);
        assertEquals(60, done.size());
    }

    @Test
    void shouldEndWithTheFirstCancelAndPlaceNothingMore() {
        fixture.place(by(BOB).sell(1_000).at(100));
        Command.PlaceAlgo twap = Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000);
        long id = place(twap);
        Command cancel = new Command.CancelAlgo(ALICE, id, "", TraceParent.NONE);
        assertEquals(
                10,
                assertInstanceOf(Reply.Cancelled.class, fixture.send(cancel))
                        .state()
                        .filledLots());
        assertInstanceOf(Reply.Cancelled.class, fixture.send(cancel));
        assertEquals(1, fixture.events(EngineEvent.AlgoEnded.class).size());
        advanceTo(60_000);
        assertEquals(List.of(10L), childLots());
        fixture.refused(RefusalReason.ORDER_NOT_FOUND, new Command.CancelAlgo(BOB, id, "", TraceParent.NONE));
    }

    @Test
    void shouldRefuseToCancelWhatIsFilledWhole() {
        fixture.place(by(BOB).sell(1_000).at(100));
        long id = place(Algos.twap(by(ALICE).buy(20).at(100), 20_000, 10_000));
        advanceTo(10_000);
        fixture.refused(RefusalReason.ORDER_FILLED, new Command.CancelAlgo(ALICE, id, "", TraceParent.NONE));
    }

    @Test
    void shouldEndWithTheKillSwitchUnlessItOnlyReduces() {
        fixture.trade(ALICE, BOB, 50, 100);
        fixture.place(by(BOB).sell(1_000).at(110));
        place(Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000));
        Command.PlaceAlgo reducing = Algos.twap(by(ALICE).sell(50).at(100).reduceOnly(), 50_000, 10_000);
        place(reducing);
        fixture.send(new Command.ArmKillSwitch(ALICE, 5_000));
        advanceTo(5_000);
        assertEquals(1, fixture.events(EngineEvent.AlgoEnded.class).size());
        assertEquals(Optional.of(CancelReason.KILL_SWITCH), ended().reason());
        assertEquals(OrderStatus.OPEN, stateOf(reducing).status());
    }

    @Test
    void shouldEndWithACancelOfAllOrdersOfItsMarket() {
        place(Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000));
        Reply other = fixture.send(new Command.CancelAllOrders(ALICE, Orders.OTHER_MARKET, TraceParent.NONE));
        assertEquals(0, assertInstanceOf(Reply.CancelledAll.class, other).orders());
        Reply all = fixture.send(new Command.CancelAllOrders(ALICE, Command.ALL_MARKETS, TraceParent.NONE));
        assertEquals(1, assertInstanceOf(Reply.CancelledAll.class, all).orders());
        assertEquals(Optional.of(CancelReason.USER_REQUEST), ended().reason());
    }

    @Test
    void shouldEndWhenNothingIsLeftToReduce() {
        fixture.trade(ALICE, BOB, 15, 100);
        fixture.place(by(BOB).buy(1_000).at(100));
        place(Algos.twap(by(ALICE).sell(60).at(100).reduceOnly(), 60_000, 10_000));
        advanceTo(10_000);
        assertEquals(Optional.of(CancelReason.REDUCE_ONLY), ended().reason());
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
        assertEquals(15, ended().filledLots());
    }

    @Test
    void shouldPassASliceOverWhileSettlementIsBehind() {
        EngineFixture tight = new EngineFixture(Limits.with(Limits.UNSETTLED, 1));
        tight.place(by(BOB).sell(1_000).at(100));
        assertInstanceOf(
                Reply.Accepted.class, tight.send(Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000)));
        tight.engine.onTimer(START_MILLIS + 10_000, tight.events::add);
        EngineEvent.AlgoSliced passed = tight.last(EngineEvent.AlgoSliced.class);
        assertEquals(List.of(0L, 1L), List.of(passed.childOrderId(), (long) passed.children()));
        tight.nowMillis = START_MILLIS + 10_000;
        tight.send(new Command.SettlementConfirmed(new byte[64], 1, new long[] {1}));
        tight.engine.onTimer(START_MILLIS + 20_000, tight.events::add);
        assertEquals(20, tight.last(EngineEvent.Trade.class).lots());
    }

    @Test
    void shouldBeTheSameOrderWhenRepeatedAndRefuseAnotherOfItsName() {
        Command.PlaceAlgo twap =
                Algos.twap(by(ALICE).buy(60).at(100).clientId("one").nonce(1_000_001), 60_000, 10_000);
        long id = place(twap);
        AlgoTerms.Twap otherSeed = new AlgoTerms.Twap(60_000, 10_000, 0, 0, 5);
        Reply again = fixture.send(new Command.PlaceAlgo(
                by(ALICE)
                        .buy(60)
                        .at(100)
                        .ioc()
                        .clientId("one")
                        .nonce(1_000_001)
                        .reservation(new UUID(8, 8))
                        .build(),
                otherSeed));
        assertEquals(id, assertInstanceOf(Reply.Duplicate.class, again).state().orderId());
        EngineEvent.OrderRefused freed = fixture.last(EngineEvent.OrderRefused.class);
        assertEquals(RefusalReason.DUPLICATE, freed.reason());
        assertEquals(new UUID(8, 8), freed.reservationId());
        fixture.refused(
                RefusalReason.CLIENT_ORDER_ID_REUSED,
                Algos.twap(by(ALICE).buy(61).at(100).clientId("one"), 60_000, 10_000));
        // Orders have names of their own.
        fixture.place(by(ALICE).buy(1).at(90).clientId("one"));
    }

    @Test
    void shouldRefuseWhatNoSliceOrIntentAllows() {
        Command small = Algos.twap(by(ALICE).buy(100).at(100).in(Orders.OTHER_MARKET), 110_000, 10_000);
        Reply.Refused tooSmall = fixture.refused(RefusalReason.ALGO_CHILD_TOO_SMALL, small);
        assertEquals(List.of(9L, 10L), List.of(tooSmall.value(), tooSmall.bound()));
        Reply.Refused again = assertInstanceOf(Reply.Refused.class, fixture.send(small));
        assertEquals(tooSmall.reason(), again.reason(), "the freed reservation must not be used");
        Reply.Refused late = fixture.refused(
                RefusalReason.ALGO_OUTLIVES_INTENT, Algos.twap(by(ALICE).buy(60).at(100), 3_601_000, 13_000));
        assertEquals(START_MILLIS + 3_601_000, late.value());
        fixture.refused(
                RefusalReason.REDUCE_ONLY_WOULD_INCREASE,
                Algos.twap(by(ALICE).buy(60).at(100).reduceOnly(), 60_000, 10_000));
        Command.PlaceAlgo used = Algos.twap(by(ALICE).buy(60).at(100).nonce(77), 60_000, 10_000);
        place(used);
        fixture.refused(
                RefusalReason.NONCE_REPLAYED,
                Algos.twap(by(ALICE).buy(60).at(100).nonce(77), 60_000, 10_000));
        fixture.refused(
                RefusalReason.NONCE_REPLAYED,
                by(ALICE).buy(60).at(100).nonce(77).build());
    }

    @Test
    void shouldBoundTheOrdersAtWorkOfAnAccount() {
        for (int i = 0; i < AlgoStore.LIVE_PER_ACCOUNT_MAX; i++) {
            place(Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000));
        }
        Command more = Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000);
        Reply.Refused refused = fixture.refused(RefusalReason.TOO_MANY_ALGOS, more);
        assertEquals(List.of(33L, 32L), List.of(refused.value(), refused.bound()));
        place(Algos.twap(by(BOB).buy(60).at(100), 60_000, 10_000));
    }

    @Test
    void shouldEndWhenItsIntentExpires() {
        place(Algos.twap(by(ALICE).buy(60).at(100).expiresAt(START_MILLIS / 1000 + 60), 60_000, 10_000));
        advanceTo(60_000);
        assertEquals(Optional.of(CancelReason.INTENT_EXPIRED), ended().reason());
        assertTrue(fixture.engine.depth(Orders.MARKET, Side.BUY, 1).isEmpty());
    }
}
