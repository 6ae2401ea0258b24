package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.Auction;
import dev.quantdesk.proto.execution.v1.AuctionOutcome;
import dev.quantdesk.proto.execution.v1.AuctionSnapshot;
import dev.quantdesk.proto.execution.v1.AuctionUpdate;
import dev.quantdesk.proto.execution.v1.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What makers see of auctions. Market 1, BTC-PERP, has ticks of 0.1 USDC and lots of 0.0001. */
@Timeout(10)
class AuctionStreamTest {
    private static final String BTC = "BTC-PERP";

    private final AuctionHub hub = new AuctionHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private Command.PlaceOrder open(int market) {
        Command.PlaceOrder taker =
                Orders.by(Orders.ALICE).in(market).buy(10).at(130).market().build();
        script.send(new Command.PlaceInAuction(taker, Optional.empty(), 400));
        return taker;
    }

    private void book(int market) {
        script.place(Orders.by(Orders.CAROL).in(market).buy(5).at(90));
        script.place(Orders.by(Orders.CAROL).in(market).sell(5).at(110));
        script.place(Orders.by(Orders.CAROL).in(market).sell(1_000_000).at(120));
    }

    private static List<AuctionUpdate> drain(Subscription<AuctionSnapshot, AuctionUpdate> stream) {
        List<AuctionUpdate> updates = new ArrayList<>();
        stream.queue().drainTo(updates);
        return updates;
    }

    @Test
    void shouldTellOfTheMarketsAuctionsAndNothingOfWhoseTheyAre() {
        book(Orders.MARKET);
        book(Orders.OTHER_MARKET);
        try (var stream = hub.subscribe(BTC, 0)) {
            assertEquals(0, stream.snapshot().orElseThrow().getAuctionsCount());
            Command.PlaceOrder taker = open(Orders.MARKET);
            open(Orders.OTHER_MARKET);
            AuctionUpdate opened = drain(stream).getFirst();
            Auction auction = opened.getAuction();
            assertEquals("1", auction.getAuctionId());
            assertEquals(Side.SIDE_BUY, auction.getSide());
            assertEquals("0.001", auction.getQuantity());
            assertEquals("11", auction.getArrivalPrice());
            assertEquals(ArrivalSource.ARRIVAL_SOURCE_BOOK, auction.getArrivalSource());
            assertEquals("10", auction.getStartPrice());
            assertEquals("12", auction.getEndPrice());
            assertEquals("11.9", auction.getWorstQuotePrice());
            assertEquals(Wire.time(Orders.START_MILLIS), auction.getOpenTime());
            assertEquals(Wire.time(Orders.START_MILLIS + 400), auction.getEndTime());
            assertEquals(AuctionOutcome.AUCTION_OUTCOME_UNSPECIFIED, auction.getOutcome());
            assertFalse(opened.toString().contains(Orders.ALICE.toString()));
            assertFalse(opened.toString().contains(taker.clientOrderId()));
            script.send(new Command.SubmitQuote(
                    Orders.by(Orders.BOB).sell(4).at(105).ioc().build(), 1));
            script.advance(400);
            List<AuctionUpdate> ended = drain(stream);
            assertEquals(1, ended.size(), "quotes are not told");
            assertTrue(ended.getFirst().getSequence() > opened.getSequence());
            Auction over = ended.getFirst().getAuction();
            assertEquals(AuctionOutcome.AUCTION_OUTCOME_TIME_UP, over.getOutcome());
            assertEquals("0.0004", over.getQuotedQuantity());
            assertEquals("10.5", over.getQuotedAveragePrice());
            assertEquals("0.0006", over.getBookQuantity());
            assertEquals("11.167", over.getBookAveragePrice());
        }
    }

    @Test
    void shouldStartWithTheAuctionsThatRunAndResumeWithoutGapOrDuplicate() {
        book(Orders.MARKET);
        open(Orders.MARKET);
        long seen;
        try (var stream = hub.subscribe(BTC, 0)) {
            assertEquals(1, stream.snapshot().orElseThrow().getAuctionsCount());
            seen = stream.snapshot().orElseThrow().getSequence();
            assertEquals(script.sequence(), seen);
        }
        script.advance(400);
        open(Orders.MARKET);
        try (var stream = hub.subscribe(BTC, seen)) {
            assertTrue(stream.snapshot().isEmpty());
            assertEquals(
                    List.of(AuctionOutcome.AUCTION_OUTCOME_TIME_UP, AuctionOutcome.AUCTION_OUTCOME_UNSPECIFIED),
                    stream.missed().stream()
                            .map(update -> update.getAuction().getOutcome())
                            .toList());
            assertTrue(drain(stream).isEmpty());
        }
    }

    @Test
    void shouldRefuseToResumeFromWhatIsNotKeptOrNotReached() {
        book(Orders.MARKET);
        Refusal.expect(Reason.RESUME_EXPIRED, () -> hub.subscribe(BTC, script.sequence() + 1));
        for (int i = 0; i <= AuctionHub.UPDATES_MAX / 2; i++) {
            open(Orders.MARKET);
            script.advance(400);
        }
        Refusal.expect(Reason.RESUME_EXPIRED, () -> hub.subscribe(BTC, 1));
    }

    @Test
    void shouldEndAStreamThatFellBehindOnlyAfterAllThatWasQueued() {
        book(Orders.MARKET);
        try (var stream = hub.subscribe(BTC, 0)) {
            for (int i = 0; i <= AuctionHub.SUBSCRIBER_QUEUE_MAX / 2; i++) {
                open(Orders.MARKET);
                script.advance(400);
            }
            for (int i = 0; i < AuctionHub.SUBSCRIBER_QUEUE_MAX; i++) {
                stream.checkComplete();
                stream.queue().remove();
            }
            Refusal.expect(Reason.SLOW_CONSUMER, stream::checkComplete);
        }
    }
}
