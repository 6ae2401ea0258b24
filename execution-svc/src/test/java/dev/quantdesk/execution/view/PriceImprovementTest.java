package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.proto.execution.v1.ArrivalSource;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderChange;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an order that takes has met, and what its fills are worth. A tick times a lot is a hundred-thousandth of a USDC. */
@Timeout(10)
class PriceImprovementTest {
    private final OrderHub hub = new OrderHub(EngineScript.MARKETS);
    private final EngineScript script = new EngineScript(hub);

    private Order alices(long orderId) {
        return hub.find(Orders.ALICE, orderId).orElseThrow();
    }

    private long auction(Orders order) {
        script.send(new Command.PlaceInAuction(order.build(), Optional.empty(), 400));
        return script.lastOrderId();
    }

    @Test
    void shouldBeNegativeWhereAnOrderWalksTheBook() {
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        long maker = script.place(Orders.by(Orders.ALICE).sell(2).at(103)).orderId();
        long id = script.place(Orders.by(Orders.CAROL).buy(3).at(110)).orderId();
        Order taker = hub.find(Orders.CAROL, id).orElseThrow();
        assertEquals("10", taker.getArrivalPrice());
        assertEquals(ArrivalSource.ARRIVAL_SOURCE_BOOK, taker.getArrivalSource());
        assertEquals("-0.00006", taker.getPriceImprovement());
        assertEquals("", alices(maker).getArrivalPrice());
        assertEquals("", alices(maker).getPriceImprovement());
    }

    @Test
    void shouldCountForASellTheOtherWayRound() {
        script.place(Orders.by(Orders.BOB).buy(1).at(100));
        script.place(Orders.by(Orders.BOB).buy(1).at(97));
        long id = script.place(Orders.by(Orders.ALICE).sell(2).at(90)).orderId();
        assertEquals("-0.00003", alices(id).getPriceImprovement());
    }

    @Test
    void shouldSayNothingOfAnOrderThatHasTakenNothing() {
        long id = script.place(Orders.by(Orders.ALICE).buy(1).at(100)).orderId();
        script.place(Orders.by(Orders.BOB).sell(1).at(100));
        assertEquals("", alices(id).getArrivalPrice());
        assertEquals("", alices(id).getPriceImprovement());
    }

    @Test
    void shouldBeWhatQuotesGiveMoreThanTheBookWouldHave() {
        script.place(Orders.by(Orders.CAROL).sell(10).at(110));
        long id = auction(Orders.by(Orders.ALICE).buy(10).at(130).market());
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, alices(id).getStatus());
        assertEquals("1", alices(id).getAuctionId());
        assertEquals("11", alices(id).getArrivalPrice());
        assertEquals("0", alices(id).getPriceImprovement());
        script.send(new Command.SubmitQuote(
                Orders.by(Orders.BOB).sell(4).at(109).ioc().build(), 1));
        assertEquals(
                OrderStatus.ORDER_STATUS_FILLED,
                hub.find(Orders.BOB, script.lastOrderId()).orElseThrow().getStatus());
        assertEquals("0.00004", alices(id).getPriceImprovement());
        assertEquals(OrderStatus.ORDER_STATUS_PARTIALLY_FILLED, alices(id).getStatus());
        script.advance(400);
        assertEquals("0.00004", alices(id).getPriceImprovement());
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, alices(id).getStatus());
    }

    @Test
    void shouldBeMeasuredAgainstTheMarkPriceWhereTheBookIsEmpty() {
        script.send(new Command.SetPrices(Orders.MARKET, 2_000, 0, Orders.START_MILLIS));
        long id = auction(Orders.by(Orders.ALICE).buy(10).at(2_100).market());
        script.send(new Command.SubmitQuote(
                Orders.by(Orders.BOB).sell(10).at(2_001).ioc().build(), 1));
        script.advance(400);
        assertEquals(ArrivalSource.ARRIVAL_SOURCE_MARK, alices(id).getArrivalSource());
        assertEquals("200", alices(id).getArrivalPrice());
        assertEquals("-0.0001", alices(id).getPriceImprovement());
    }

    @Test
    void shouldTellTakerAndMakerOfEachStep() {
        script.place(Orders.by(Orders.CAROL).buy(10).at(90));
        script.place(Orders.by(Orders.CAROL).sell(10).at(110));
        try (var taker = hub.subscribe(Orders.ALICE, 0);
                var maker = hub.subscribe(Orders.BOB, 0)) {
            auction(Orders.by(Orders.ALICE).buy(10).at(110));
            script.send(new Command.SubmitQuote(
                    Orders.by(Orders.BOB).sell(4).at(105).ioc().build(), 1));
            script.advance(400);
            assertEquals(
                    List.of(
                            OrderChange.ORDER_CHANGE_ACCEPTED,
                            OrderChange.ORDER_CHANGE_AUCTION_OPENED,
                            OrderChange.ORDER_CHANGE_FILLED,
                            OrderChange.ORDER_CHANGE_FILLED,
                            OrderChange.ORDER_CHANGE_AUCTION_ENDED),
                    changes(taker));
            assertEquals(
                    List.of(
                            OrderChange.ORDER_CHANGE_ACCEPTED,
                            OrderChange.ORDER_CHANGE_QUOTED,
                            OrderChange.ORDER_CHANGE_FILLED),
                    changes(maker));
        }
    }

    private static List<OrderChange> changes(Subscription<OrderSnapshot, ChangedOrder> stream) {
        List<ChangedOrder> changes = new ArrayList<>();
        stream.queue().drainTo(changes);
        return changes.stream().map(change -> change.toProto().getChange()).toList();
    }
}
