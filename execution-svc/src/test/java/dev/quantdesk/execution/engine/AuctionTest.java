package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static dev.quantdesk.execution.engine.Orders.CAROL;
import static dev.quantdesk.execution.engine.Orders.START_MILLIS;
import static dev.quantdesk.execution.engine.Orders.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Alice takes, Bob quotes, Carol is in the book: bid 90, asks 5 at 110 and 50 at 120. */
@Timeout(10)
class AuctionTest {
    private static final int DURATION = 400;

    private final EngineFixture fixture = new EngineFixture();

    private void book() {
        fixture.place(by(CAROL).buy(5).at(90));
        fixture.place(by(CAROL).sell(5).at(110));
        fixture.place(by(CAROL).sell(50).at(120));
    }

    /** The trades as maker's price and lots. */
    private List<String> trades() {
        return fixture.events(EngineEvent.Trade.class).stream()
                .map(trade -> trade.lots() + "@" + trade.priceTicks())
                .toList();
    }

    private EngineEvent.AuctionEnded ended() {
        return fixture.last(EngineEvent.AuctionEnded.class);
    }

    private CancelReason lastCancel() {
        return fixture.last(EngineEvent.OrderCancelled.class).reason();
    }

    @Test
    void shouldOpenBetweenTheMiddleAndWhatTheBookWouldGiveForTheLastLot() {
        book();
        OrderState taker = fixture.auction(by(ALICE).buy(10).at(130).market(), DURATION);
        assertEquals(OrderStatus.IN_AUCTION, taker.status());
        EngineEvent.AuctionOpened opened = fixture.last(EngineEvent.AuctionOpened.class);
        assertEquals(1, opened.auctionId());
        assertEquals(110, opened.arrivalTicks());
        assertFalse(opened.arrivalIsMark());
        assertEquals(100, opened.startTicks());
        assertEquals(120, opened.endTicks());
        assertEquals(119, opened.worstQuoteTicks());
        assertEquals(START_MILLIS + DURATION, opened.endMillis());
        assertEquals(START_MILLIS + DURATION, fixture.engine.nextExpiryMillis());
        assertTrue(trades().isEmpty());
    }

    @Test
    void shouldEndAtTheLimitWhereTheBookWouldNotFillIt() {
        book();
        fixture.auction(by(ALICE).buy(60).at(130).ioc(), DURATION);
        EngineEvent.AuctionOpened opened = fixture.last(EngineEvent.AuctionOpened.class);
        assertEquals(130, opened.endTicks());
        assertEquals(130, opened.worstQuoteTicks());
    }

    @Test
    void shouldMirrorThePricesForASell() {
        fixture.place(by(CAROL).sell(5).at(111));
        fixture.place(by(CAROL).buy(5).at(100));
        fixture.auction(by(ALICE).sell(5).at(80).ioc(), DURATION);
        EngineEvent.AuctionOpened opened = fixture.last(EngineEvent.AuctionOpened.class);
        assertEquals(100, opened.arrivalTicks());
        assertEquals(106, opened.startTicks());
        assertEquals(100, opened.endTicks());
        assertEquals(101, opened.worstQuoteTicks());
        fixture.quote(1, by(BOB).buy(5).at(103));
        fixture.advance(DURATION / 2 - 1);
        assertTrue(trades().isEmpty());
        fixture.advance(1);
        assertEquals(List.of("5@103"), trades());
    }

    @Test
    void shouldBeginFromTheMarkPriceWhereNothingRestsOnTheOtherSide() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 2_000, 0, fixture.nowMillis));
        fixture.auction(by(ALICE).buy(5).at(2_100).market(), DURATION);
        EngineEvent.AuctionOpened opened = fixture.last(EngineEvent.AuctionOpened.class);
        assertEquals(2_000, opened.arrivalTicks());
        assertTrue(opened.arrivalIsMark());
        assertEquals(1_998, opened.startTicks());
        assertEquals(2_100, opened.endTicks());
        fixture.quote(1, by(BOB).sell(5).at(2_010));
        fixture.advance(DURATION);
        assertEquals(List.of("5@2010"), trades());
    }

    @Test
    void shouldNotBeginFromAnOldMarkPrice() {
        fixture.send(new Command.SetPrices(Orders.MARKET, 2_000, 0, fixture.nowMillis));
        fixture.nowMillis += PriceSource.FRESH_MILLIS + 1;
        assertEquals(
                OrderStatus.CANCELLED,
                fixture.auction(by(ALICE).buy(5).at(2_100).market(), DURATION).status());
        assertTrue(fixture.events(EngineEvent.AuctionOpened.class).isEmpty());
    }

    @Test
    void shouldGoToTheBookAtOnceWhereNoPriceIsKnownOrNoneCouldBeBetter() {
        assertEquals(
                OrderStatus.CANCELLED,
                fixture.auction(by(ALICE).buy(5).at(100).market(), DURATION).status());
        fixture.place(by(CAROL).sell(5).at(1));
        assertEquals(
                OrderStatus.FILLED,
                fixture.auction(by(ALICE).buy(5).at(100).market(), DURATION).status());
    }

    @Test
    void shouldFillTheBestQuoteWhenThePriceMeetsItAndTheEarliestOfEqualOnes() {
        book();
        OrderState taker = fixture.auction(by(ALICE).buy(10).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(4).at(106));
        OrderState first = fixture.quote(1, by(BOB).sell(4).at(105));
        OrderState second = fixture.quote(1, by(Orders.account(9)).sell(4).at(105));
        // From 100 to 120 in 400 ms: a tick every 20 ms.
        assertEquals(START_MILLIS + 100, fixture.engine.nextExpiryMillis());
        fixture.advance(99);
        assertTrue(trades().isEmpty());
        fixture.advance(1);
        assertEquals(List.of("4@105", "4@105"), trades());
        List<EngineEvent.Trade> both = fixture.events(EngineEvent.Trade.class);
        assertEquals(first.orderId(), both.get(0).maker().orderId());
        assertEquals(second.orderId(), both.get(1).maker().orderId());
        assertEquals(taker.orderId(), both.get(1).taker().orderId());
        fixture.advance(20);
        assertEquals(List.of("4@105", "4@105", "2@106"), trades());
        assertEquals(AuctionOutcome.FILLED, ended().outcome());
        assertEquals(10, ended().quotedLots());
        assertEquals(8 * 105 + 2 * 106, ended().quotedNotional());
        assertEquals(0, ended().bookLots());
        assertEquals(CancelReason.AUCTION_ENDED, lastCancel());
        assertEquals(2, fixture.last(EngineEvent.OrderCancelled.class).cancelledLots());
        assertEquals(OrderEngine.NO_EXPIRY, nextWithoutIntents());
    }

    /** Intents expire in an hour; nothing else is due. */
    private long nextWithoutIntents() {
        long next = fixture.engine.nextExpiryMillis();
        return next == Orders.EXPIRY_SECONDS * 1000 ? OrderEngine.NO_EXPIRY : next;
    }

    @Test
    void shouldFillAQuoteAtOnceThatComesWhenThePriceIsBeyondIt() {
        book();
        fixture.auction(by(ALICE).buy(10).at(130).market(), DURATION);
        fixture.advance(100);
        assertEquals(
                OrderStatus.FILLED, fixture.quote(1, by(BOB).sell(4).at(104)).status());
        assertEquals(List.of("4@104"), trades());
        assertEquals(
                OrderStatus.IN_AUCTION,
                fixture.quote(1, by(BOB).sell(4).at(106)).status());
    }

    @Test
    void shouldFillFromQuotesAndBookByPriceAndTheBookFirstWhenTheTimeIsUp() {
        book();
        fixture.auction(by(ALICE).buy(20).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(4).at(115));
        fixture.quote(1, by(BOB).sell(4).at(110));
        fixture.advance(DURATION - 1);
        assertTrue(trades().isEmpty(), "neither is better than the book");
        fixture.advance(1);
        assertEquals(List.of("5@110", "4@110", "4@115", "7@120"), trades());
        assertEquals(AuctionOutcome.TIME_UP, ended().outcome());
        assertEquals(8, ended().quotedLots());
        assertEquals(12, ended().bookLots());
        assertEquals(5 * 110 + 7 * 120, ended().bookNotional());
    }

    @Test
    void shouldPreferTheBookWhereItHasBecomeBetterThanAQuote() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(5).at(108));
        fixture.place(by(CAROL).sell(2).at(107));
        fixture.advance(DURATION);
        assertEquals(List.of("2@107", "3@108"), trades());
    }

    @Test
    void shouldFillFromTheBookWithoutQuotesAndRestOrCancelWhatIsLeft() {
        book();
        Command.PlaceOrder resting = by(ALICE).buy(10).at(110).build();
        fixture.send(new Command.PlaceInAuction(resting, Optional.empty(), DURATION));
        fixture.advance(DURATION);
        assertEquals(List.of("5@110"), trades());
        assertEquals(OrderStatus.PARTIALLY_FILLED, fixture.stateOf(resting).status());
        assertEquals(
                110, fixture.engine.depth(Orders.MARKET, Side.BUY, 1).getFirst().priceTicks());
        Command.PlaceOrder market = by(ALICE).buy(100).at(130).market().build();
        fixture.send(new Command.PlaceInAuction(market, Optional.empty(), DURATION));
        fixture.advance(DURATION);
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(market).status());
        assertEquals(CancelReason.IOC_REMAINDER, lastCancel());
    }

    @Test
    void shouldRestUnfilledWhenTheBookHasGoneMeanwhile() {
        OrderState ask = fixture.place(by(CAROL).sell(5).at(110));
        Command.PlaceOrder taker = by(ALICE).buy(5).at(110).build();
        fixture.send(new Command.PlaceInAuction(taker, Optional.empty(), DURATION));
        fixture.send(new Command.CancelOrder(CAROL, ask.orderId(), "", TraceParent.NONE));
        fixture.advance(DURATION);
        assertEquals(OrderStatus.OPEN, fixture.stateOf(taker).status());
    }

    @Test
    void shouldOpenNoneForOrdersThatDoNotTakeOrHaveToBeDecidedAtOnce() {
        book();
        assertEquals(
                OrderStatus.OPEN,
                fixture.auction(by(ALICE).buy(5).at(109), DURATION).status());
        assertEquals(
                OrderStatus.OPEN,
                fixture.auction(by(ALICE).buy(5).at(109).postOnly(), DURATION).status());
        assertEquals(
                OrderStatus.FILLED,
                fixture.auction(by(ALICE).buy(5).at(110).fok(), DURATION).status());
        assertEquals(
                OrderStatus.UNTRIGGERED,
                fixture.auction(by(ALICE).buy(5).at(130).when(Trigger.Kind.STOP, PriceSource.MARK, 125), DURATION)
                        .status());
        assertTrue(fixture.events(EngineEvent.AuctionOpened.class).isEmpty());
    }

    @Test
    void shouldFillWhoCameFirstBeforeAnOrderThatTakesFromTheBook() {
        book();
        Command.PlaceOrder first = by(ALICE).buy(5).at(130).ioc().build();
        fixture.send(new Command.PlaceInAuction(first, Optional.empty(), DURATION));
        fixture.quote(1, by(BOB).sell(2).at(109));
        fixture.place(by(Orders.account(9)).buy(5).at(120).ioc());
        assertEquals(List.of("2@109", "3@110", "2@110", "3@120"), trades());
        assertEquals(AuctionOutcome.OVERTAKEN, ended().outcome());
        assertEquals(OrderStatus.FILLED, fixture.stateOf(first).status());
    }

    @Test
    void shouldLeaveAnAuctionAloneWhereAnOrderTakesFromTheOtherSideOrRests() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.place(by(BOB).sell(2).at(90).ioc());
        fixture.place(by(BOB).buy(2).at(100));
        assertTrue(fixture.events(EngineEvent.AuctionEnded.class).isEmpty());
    }

    @Test
    void shouldDecideAFillOrKillOrderByWhatEarlierAuctionsLeave() {
        fixture.place(by(CAROL).sell(5).at(110));
        fixture.auction(by(ALICE).buy(3).at(130).market(), DURATION);
        Reply.Refused refused = fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, by(BOB).buy(5).at(110).fok().build());
        assertEquals(2, refused.bound());
        assertEquals(List.of("3@110"), trades());
    }

    @Test
    void shouldDecideAFillOrKillOrderByWhatIsLeftWhenNoEarlierAuctionTakesAnyMore() {
        fixture.place(by(CAROL).sell(5).at(110));
        fixture.place(by(CAROL).sell(5).at(110).when(Trigger.Kind.TAKE_PROFIT, PriceSource.LAST, 110));
        fixture.auction(by(ALICE).buy(5).at(130).ioc(), DURATION);
        fixture.auction(by(Orders.account(9)).buy(2).at(130).ioc(), DURATION);
        // What the first auction takes fires the take-profit, of which the second takes.
        Reply.Refused refused = fixture.refused(
                RefusalReason.FOK_NOT_FILLABLE, by(BOB).buy(5).at(110).fok().build());
        assertEquals(3, refused.bound());
        assertEquals(List.of("5@110", "2@110"), trades());
    }

    @Test
    void shouldLetStopsFireByTheTradesOfAnAuction() {
        book();
        fixture.place(by(Orders.account(9)).buy(1).at(130).market().when(Trigger.Kind.STOP, PriceSource.LAST, 108));
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(5).at(108));
        fixture.advance(DURATION);
        assertEquals(List.of("5@108", "1@110"), trades());
    }

    @Test
    void shouldEndTheAuctionAndItsQuotesWhenTheTakerIsCancelled() {
        book();
        Command.PlaceOrder taker = by(ALICE).buy(5).at(130).market().build();
        fixture.send(new Command.PlaceInAuction(taker, Optional.empty(), DURATION));
        Command.PlaceOrder quote = by(BOB).sell(5).at(109).ioc().build();
        fixture.send(new Command.SubmitQuote(quote, 1));
        assertInstanceOf(
                Reply.Cancelled.class,
                fixture.send(new Command.CancelOrder(ALICE, 0, taker.clientOrderId(), TraceParent.NONE)));
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(taker).status());
        assertEquals(OrderStatus.CANCELLED, fixture.stateOf(quote).status());
        assertEquals(AuctionOutcome.TAKER_ENDED, ended().outcome());
        fixture.advance(DURATION);
        assertTrue(trades().isEmpty());
        assertEquals(1, fixture.events(EngineEvent.AuctionEnded.class).size());
    }

    @Test
    void shouldEndAQuoteThatIsCancelledAndGoOnWithTheOthers() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        OrderState quote = fixture.quote(1, by(BOB).sell(5).at(105));
        fixture.quote(1, by(BOB).sell(5).at(107));
        fixture.send(new Command.CancelOrder(BOB, quote.orderId(), "", TraceParent.NONE));
        fixture.advance(DURATION);
        assertEquals(List.of("5@107"), trades());
    }

    @Test
    void shouldEndWithCancelAllKillSwitchAndSession() {
        book();
        fixture.auction(by(ALICE).buy(10).at(130).market(), DURATION);
        fixture.quote(1, by(ALICE).sell(5).at(112));
        Reply.CancelledAll all = assertInstanceOf(
                Reply.CancelledAll.class, fixture.send(new Command.CancelAllOrders(ALICE, 0, TraceParent.NONE)));
        assertEquals(2, all.orders(), "the quote too, which ended with its auction");
        assertEquals(
                List.of(CancelReason.USER_REQUEST, CancelReason.AUCTION_ENDED),
                fixture.events(EngineEvent.OrderCancelled.class).stream()
                        .map(EngineEvent.OrderCancelled::reason)
                        .toList());
        fixture.send(new Command.ArmKillSwitch(ALICE, Command.KILL_SWITCH_MILLIS_MIN));
        fixture.advance(4_900);
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.advance(100);
        assertEquals(CancelReason.KILL_SWITCH, lastCancel());
        UUID session = new UUID(1, 2);
        fixture.send(new Command.RenewSession(ALICE, session, 100));
        fixture.send(
                new Command.PlaceInAuction(by(ALICE).buy(5).at(130).market().build(), Optional.of(session), DURATION));
        fixture.advance(100);
        assertEquals(CancelReason.DISCONNECTED, lastCancel());
        assertEquals(3, fixture.events(EngineEvent.AuctionEnded.class).size());
    }

    @Test
    void shouldEndWithTheIntentsOfTakerOrQuote() {
        book();
        fixture.nowMillis += 800;
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(5).at(109).expiresAt(START_MILLIS / 1000 + 1));
        fixture.advance(200);
        assertEquals(CancelReason.INTENT_EXPIRED, lastCancel());
        fixture.advance(200);
        assertEquals(List.of("5@110"), trades());
        fixture.nowMillis = START_MILLIS + 1_800;
        fixture.auction(by(ALICE).buy(5).at(130).market().expiresAt(START_MILLIS / 1000 + 2), DURATION);
        fixture.advance(200);
        assertEquals(CancelReason.INTENT_EXPIRED, lastCancel());
        assertEquals(AuctionOutcome.TAKER_ENDED, ended().outcome());
    }

    @Test
    void shouldTradeNoQuoteLongAfterTheEnd() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(5).at(105));
        fixture.advance(DURATION + Auctions.LATE_MILLIS_MAX + 1);
        assertEquals(List.of("5@110"), trades());
        assertEquals(CancelReason.AUCTION_ENDED, lastCancel());
    }

    @Test
    void shouldStillTradeQuotesALittleAfterTheEnd() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        fixture.quote(1, by(BOB).sell(5).at(105));
        fixture.advance(DURATION + Auctions.LATE_MILLIS_MAX);
        assertEquals(List.of("5@105"), trades());
    }

    @Test
    void shouldPreventSelfTradesWithQuotesAsTheTakerSays() {
        for (SelfTradePrevention how : SelfTradePrevention.values()) {
            EngineFixture engine = new EngineFixture();
            engine.place(by(CAROL).sell(5).at(110));
            engine.auction(by(ALICE).buy(5).at(110).ioc().selfTrade(how), DURATION);
            engine.quote(1, by(ALICE).sell(2).at(105));
            engine.advance(DURATION);
            long lots = engine.events(EngineEvent.Trade.class).stream()
                    .mapToLong(EngineEvent.Trade::lots)
                    .sum();
            assertEquals(
                    switch (how) {
                        case EXPIRE_TAKER, EXPIRE_BOTH -> 0;
                        case EXPIRE_MAKER, NONE -> 5;
                    },
                    lots,
                    how.name());
        }
    }

    @Test
    void shouldReduceOnlyByQuotesAndNeverFlip() {
        fixture.trade(ALICE, CAROL, 3, 100);
        fixture.trade(BOB, CAROL, 3, 100);
        fixture.place(by(CAROL).sell(50).at(120));
        fixture.auction(by(Orders.account(9)).buy(10).at(120).ioc(), DURATION);
        fixture.quote(1, by(BOB).sell(8).at(110).reduceOnly());
        fixture.advance(DURATION);
        assertEquals(0, fixture.engine.positionLots(BOB, Orders.MARKET));
        fixture.place(by(CAROL).buy(50).at(100));
        fixture.auction(by(ALICE).sell(10).at(90).ioc().reduceOnly(), DURATION);
        fixture.quote(2, by(BOB).buy(10).at(101));
        fixture.advance(DURATION);
        assertEquals(0, fixture.engine.positionLots(ALICE, Orders.MARKET));
        assertEquals(List.of("3@100", "3@100", "3@110", "7@120", "3@101"), trades());
    }

    @Test
    void shouldRefuseQuotesThatAreNoneOfTheAuctions() {
        book();
        fixture.auction(by(ALICE).buy(10).at(130).market(), DURATION);
        fixture.refused(
                RefusalReason.AUCTION_NOT_FOUND, quote(2, by(BOB).sell(1).at(105)));
        fixture.refused(
                RefusalReason.QUOTE_NOT_FOR_AUCTION, quote(1, by(BOB).buy(1).at(105)));
        fixture.refused(
                RefusalReason.QUOTE_NOT_FOR_AUCTION,
                quote(1, by(BOB).sell(10).at(105).in(Orders.OTHER_MARKET)));
        Reply.Refused worse = fixture.refused(
                RefusalReason.QUOTE_NOT_IMPROVING, quote(1, by(BOB).sell(1).at(120)));
        assertEquals(120, worse.value());
        assertEquals(119, worse.bound());
        EngineEvent.OrderRefused freed = fixture.last(EngineEvent.OrderRefused.class);
        assertEquals(RefusalReason.QUOTE_NOT_IMPROVING, freed.reason());
        fixture.advance(DURATION);
        fixture.refused(RefusalReason.AUCTION_ENDED, quote(1, by(BOB).sell(1).at(105)));
    }

    private static Command quote(long auctionId, Orders order) {
        return new Command.SubmitQuote(order.ioc().build(), auctionId);
    }

    @Test
    void shouldReturnTheQuoteThatIsRepeatedAlsoWhenTheAuctionIsOver() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        Command.PlaceOrder quote = by(BOB).sell(5).at(105).ioc().build();
        fixture.send(new Command.SubmitQuote(quote, 1));
        fixture.advance(DURATION);
        Reply.Duplicate repeated =
                assertInstanceOf(Reply.Duplicate.class, fixture.send(new Command.SubmitQuote(quote, 1)));
        assertEquals(5, repeated.state().filledLots());
    }

    @Test
    void shouldBoundQuotesAndAuctions() {
        book();
        fixture.auction(by(ALICE).buy(5).at(130).market(), DURATION);
        for (int i = 0; i < Auction.QUOTES_PER_ACCOUNT_MAX; i++) {
            fixture.quote(1, by(BOB).sell(1).at(109));
        }
        Reply.Refused own = fixture.refused(
                RefusalReason.TOO_MANY_QUOTES, quote(1, by(BOB).sell(1).at(109)));
        assertEquals(Auction.QUOTES_PER_ACCOUNT_MAX, own.bound());
        for (int i = Auction.QUOTES_PER_ACCOUNT_MAX; i < Auction.QUOTES_MAX; i++) {
            fixture.quote(1, by(Orders.account(100 + i)).sell(1).at(109));
        }
        Reply.Refused all = fixture.refused(
                RefusalReason.TOO_MANY_QUOTES,
                quote(1, by(Orders.account(99)).sell(1).at(109)));
        assertEquals(Auction.QUOTES_MAX, all.bound());
        for (int i = 1; i < AuctionBoard.AUCTIONS_PER_MARKET_MAX; i++) {
            assertEquals(
                    OrderStatus.IN_AUCTION,
                    fixture.auction(by(ALICE).buy(1).at(130).market(), DURATION).status());
        }
        assertEquals(
                OrderStatus.FILLED,
                fixture.auction(by(ALICE).buy(1).at(130).market(), DURATION).status());
    }

    @Test
    void shouldRefuseWhatIsNoAuctionAndNoQuote() {
        for (int millis : new int[] {0, Command.AUCTION_MILLIS_MIN - 1, Command.AUCTION_MILLIS_MAX + 1}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Command.PlaceInAuction(by(ALICE).build(), Optional.empty(), millis));
        }
        assertThrows(IllegalArgumentException.class, () -> new Command.SubmitQuote(by(BOB).build(), 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Command.SubmitQuote(by(BOB).market().build(), 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Command.SubmitQuote(by(BOB).ioc().build(), 0));
    }

    @Test
    void shouldHaveAnotherStateHashWhereOnlyTheAuctionDiffers() {
        Command.PlaceOrder ask = by(CAROL).sell(5).at(110).build();
        Command.PlaceOrder taker = by(ALICE).buy(5).at(130).market().build();
        Set<Long> hashes = new HashSet<>();
        for (int millis = DURATION; millis < DURATION + 3; millis++) {
            EngineFixture engine = new EngineFixture();
            engine.send(ask);
            engine.send(new Command.PlaceInAuction(taker, Optional.empty(), millis));
            hashes.add(engine.engine.stateHash());
        }
        assertEquals(3, hashes.size());
    }

    @Test
    void shouldNotAmendAnOrderInAnAuction() {
        book();
        OrderState taker = fixture.auction(by(ALICE).buy(5).at(110), DURATION);
        fixture.refused(
                RefusalReason.NOT_AMENDABLE,
                new Command.AmendOrder(
                        ALICE, taker.orderId(), "", 0, 3, 0, Optional.empty(), new UUID(8, 8), TraceParent.NONE));
    }
}
