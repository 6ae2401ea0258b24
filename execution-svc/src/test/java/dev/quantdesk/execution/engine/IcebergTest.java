package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.Side;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that show only a tip of themselves. */
@Timeout(10)
class IcebergTest {
    private final EngineFixture fixture = new EngineFixture();

    private long place(Command.PlaceAlgo command) {
        return assertInstanceOf(Reply.Accepted.class, fixture.send(command))
                .state()
                .orderId();
    }

    private OrderState stateOf(Command.PlaceAlgo command) {
        return assertInstanceOf(Reply.Duplicate.class, fixture.send(command)).state();
    }

    private List<DepthLevel> asks() {
        return fixture.engine.depth(Orders.MARKET, Side.SELL, 10);
    }

    private List<Long> makerLots() {
        return fixture.newEvents().stream()
                .filter(EngineEvent.Trade.class::isInstance)
                .map(EngineEvent.Trade.class::cast)
                .map(EngineEvent.Trade::lots)
                .toList();
    }

    private long tipId() {
        return fixture.last(EngineEvent.AlgoSliced.class).childOrderId();
    }

    @Test
    void shouldShowOnlyItsTip() {
        Command.PlaceAlgo iceberg = Algos.iceberg(by(ALICE).sell(100).at(105), 10);
        place(iceberg);
        assertEquals(List.of(new DepthLevel(105, 10, 1)), asks());
        assertEquals(100, stateOf(iceberg).remainingLots());
    }

    @Test
    void shouldStandAtTheEndOfTheLineWithItsNextTipWhileAnOrderSweeps() {
        place(Algos.iceberg(by(ALICE).sell(25).at(100), 10));
        fixture.place(by(CAROL).sell(7).at(100));
        fixture.place(by(CAROL).sell(5).at(101));
        fixture.place(by(BOB).buy(40).at(101));
        // The tip, then who stood behind it, then the hidden rest, and only then the next price.
        assertEquals(List.of(10L, 7L, 10L, 5L, 5L), makerLots());
        assertTrue(asks().isEmpty());
        EngineEvent.AlgoEnded ended = fixture.last(EngineEvent.AlgoEnded.class);
        assertEquals(Optional.empty(), ended.reason());
        assertEquals(25, ended.filledLots());
        assertEquals(-25, fixture.engine.positionLots(ALICE, Orders.MARKET));
    }

    @Test
    void shouldKeepTheTipUntilItIsFilledWhole() {
        place(Algos.iceberg(by(ALICE).sell(100).at(100), 10));
        fixture.place(by(CAROL).sell(5).at(100));
        fixture.place(by(BOB).buy(4).at(100));
        assertEquals(List.of(new DepthLevel(100, 11, 2)), asks());
        fixture.place(by(BOB).buy(6).at(100));
        assertEquals(List.of(new DepthLevel(100, 15, 2)), asks());
        fixture.place(by(BOB).buy(1).at(100));
        assertEquals(CAROL, fixture.last(EngineEvent.Trade.class).maker().account(), "the new tip is behind");
    }

    @Test
    void shouldTakeWithTipAfterTipWhenItCrosses() {
        fixture.place(by(BOB).buy(25).at(100));
        Command.PlaceAlgo iceberg = Algos.iceberg(by(ALICE).sell(60).at(100), 10);
        place(iceberg);
        assertEquals(25, stateOf(iceberg).filledLots());
        assertEquals(List.of(new DepthLevel(100, 5, 1)), asks());
        assertEquals(3, fixture.last(EngineEvent.AlgoSliced.class).children());
    }

    @Test
    void shouldWorkDownTensOfThousandsOfLotsInOneGo() {
        fixture.place(by(BOB).buy(1_000_000).at(100));
        Command.PlaceAlgo iceberg = Algos.iceberg(by(ALICE).sell(28_800).at(100), 10);
        place(iceberg);
        assertEquals(OrderStatus.FILLED, stateOf(iceberg).status());
        assertEquals(
                AlgoTerms.CHILDREN_MAX,
                fixture.last(EngineEvent.AlgoSliced.class).children());
    }

    @Test
    void shouldVaryItsTipsAsPlannedAndAddUpToTheWhole() {
        Command.PlaceAlgo iceberg = Algos.iceberg(by(ALICE).sell(10_000).at(100), 100, 2_500);
        place(iceberg);
        fixture.place(by(BOB).buy(10_000).at(100));
        List<Long> tips = fixture.events(EngineEvent.OrderAccepted.class).stream()
                .filter(accepted -> accepted.ref().isChild())
                .map(accepted -> accepted.order().quantityLots())
                .toList();
        assertEquals(IcebergTips.plan((AlgoTerms.Iceberg) iceberg.terms(), 10_000), tips);
        assertEquals(10_000, tips.stream().mapToLong(Long::longValue).sum());
        assertTrue(tips.stream().limit(tips.size() - 1).allMatch(lots -> lots >= 75 && lots <= 125));
        assertTrue(tips.stream().distinct().count() > 10);
    }

    @Test
    void shouldCountHiddenLotsForAnOrderThatIsToFillOrKill() {
        place(Algos.iceberg(by(ALICE).sell(50).at(100), 10));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 51, 50, by(BOB).buy(51).at(100).fok());
        assertEquals(
                OrderStatus.FILLED, fixture.place(by(BOB).buy(50).at(100).fok()).status());
    }

    @Test
    void shouldNotCountHiddenLotsBehindWhatStopsTheOrder() {
        place(Algos.iceberg(by(ALICE).sell(50).at(100), 10));
        fixture.place(by(BOB).sell(5).at(100));
        fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, 20, 10, by(BOB).buy(20).at(100).fok());
    }

    @Test
    void shouldEndWhenItIsCancelled() {
        Command.PlaceAlgo iceberg = Algos.iceberg(by(ALICE).sell(100).at(100).clientId("ice"), 10);
        place(iceberg);
        assertInstanceOf(
                Reply.Cancelled.class, fixture.send(new Command.CancelAlgo(ALICE, 0, "ice", TraceParent.NONE)));
        assertTrue(asks().isEmpty());
        assertEquals(100, fixture.last(EngineEvent.AlgoEnded.class).cancelledLots());
        assertEquals(10, fixture.last(EngineEvent.OrderCancelled.class).cancelledLots());
    }

    @Test
    void shouldEndWithItsTip() {
        place(Algos.iceberg(by(ALICE).sell(100).at(100), 10));
        fixture.send(new Command.CancelOrder(ALICE, tipId(), "", TraceParent.NONE));
        assertEquals(
                Optional.of(CancelReason.USER_REQUEST),
                fixture.last(EngineEvent.AlgoEnded.class).reason());
        place(Algos.iceberg(by(ALICE).sell(100).at(100), 10));
        fixture.place(by(ALICE).buy(5).at(100).selfTrade(SelfTradePrevention.EXPIRE_MAKER));
        assertEquals(
                Optional.of(CancelReason.SELF_TRADE),
                fixture.last(EngineEvent.AlgoEnded.class).reason());
        assertTrue(asks().isEmpty());
    }

    @Test
    void shouldCountOnceAmongTheCancelledOrders() {
        place(Algos.iceberg(by(ALICE).sell(100).at(100), 10));
        fixture.place(by(ALICE).sell(1).at(101));
        Reply all = fixture.send(new Command.CancelAllOrders(ALICE, Command.ALL_MARKETS, TraceParent.NONE));
        assertEquals(2, assertInstanceOf(Reply.CancelledAll.class, all).orders());
        assertTrue(asks().isEmpty());
        assertEquals(1, fixture.events(EngineEvent.AlgoEnded.class).size());
    }

    @Test
    void shouldEndAtItsTimeAndWithItsIntent() {
        place(Algos.iceberg(by(ALICE).sell(100).at(100).until(START_MILLIS + 5_000), 10));
        place(Algos.iceberg(by(ALICE).sell(100).at(101).expiresAt(START_MILLIS / 1000 + 7), 10));
        fixture.engine.onTimer(START_MILLIS + 5_000, fixture.events::add);
        assertEquals(
                Optional.of(CancelReason.TIME_REACHED),
                fixture.last(EngineEvent.AlgoEnded.class).reason());
        fixture.engine.onTimer(START_MILLIS + 7_000, fixture.events::add);
        assertEquals(
                Optional.of(CancelReason.INTENT_EXPIRED),
                fixture.last(EngineEvent.AlgoEnded.class).reason());
        assertTrue(asks().isEmpty());
    }

    @Test
    void shouldEndWhenNothingIsLeftToReduce() {
        fixture.trade(ALICE, BOB, 15, 100);
        place(Algos.iceberg(by(ALICE).sell(40).at(100).reduceOnly(), 10));
        fixture.place(by(BOB).buy(40).at(100));
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
        assertEquals(
                Optional.of(CancelReason.REDUCE_ONLY),
                fixture.last(EngineEvent.AlgoEnded.class).reason());
        assertTrue(asks().isEmpty());
    }

    @Test
    void shouldRefuseATipThatCannotBeAmendedOrIsTooSmall() {
        place(Algos.iceberg(by(ALICE).sell(100).at(100), 10));
        fixture.refused(
                RefusalReason.NOT_AMENDABLE,
                new Command.AmendOrder(
                        ALICE, tipId(), "", 101, 0, 0, Optional.empty(), new java.util.UUID(6, 6), TraceParent.NONE));
        Reply.Refused tooMany = fixture.refused(
                RefusalReason.ALGO_CHILD_TOO_SMALL,
                Algos.iceberg(by(ALICE).sell(100_000).at(100), 10));
        assertEquals(List.of(10L, 35L), List.of(tooMany.value(), tooMany.bound()));
        Reply.Refused tooSmall = fixture.refused(
                RefusalReason.ALGO_CHILD_TOO_SMALL,
                Algos.iceberg(by(ALICE).sell(100).at(100).in(Orders.OTHER_MARKET), 10, 100));
        assertEquals(List.of(9L, 10L), List.of(tooSmall.value(), tooSmall.bound()));
    }

    @Test
    void shouldRefuseAPostOnlyOneThatWouldTrade() {
        fixture.place(by(BOB).buy(1).at(100));
        fixture.refused(
                RefusalReason.POST_ONLY_WOULD_CROSS,
                Algos.iceberg(by(ALICE).sell(100).at(100).postOnly(), 10));
        place(Algos.iceberg(by(ALICE).sell(100).at(101).postOnly(), 10));
    }
}
